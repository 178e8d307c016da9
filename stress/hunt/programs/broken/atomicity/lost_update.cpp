// Two threads add one to a counter by a load and a store. Each of the two steps is atomic, the sum of them is not:
// when both threads load before either stores, one addition is lost.
// Source: folklore.
// finds: assertion

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> counter = 0;
  const auto add_one = [&] { counter.store(counter.load() + 1); };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return counter == 2 ? 0 : 1;
}
