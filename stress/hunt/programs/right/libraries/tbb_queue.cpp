// Two producers and a consumer over a bounded queue of TBB, whose pop sleeps inside the uninstrumented libtbb.so; what
// was written before the push is read after the pop.
// Source: oneTBB issue 1290, google/sanitizers issue 1415.
// skips: weak (libtbb.so, where pop sleeps, is not compiled for the hunt: what it orders cannot be seen)

#include <tbb/concurrent_queue.h>

#include <thread>

int main() {
  tbb::concurrent_bounded_queue<int*> queue;
  queue.set_capacity(1);
  int items[2] = {0, 0};
  const auto produce = [&](int self) {
    items[self] = self + 1;
    queue.push(&items[self]);
  };
  std::thread first(produce, 0);
  std::thread second(produce, 1);
  int sum = 0;
  for (int taken = 0; taken < 2; ++taken) {
    int* item = nullptr;
    queue.pop(item);
    sum += *item;
  }
  first.join();
  second.join();
  return sum == 3 ? 0 : 1;
}
