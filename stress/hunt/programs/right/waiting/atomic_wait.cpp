// A thread sleeps in atomic::wait until the value has changed; what was written before the store is then visible.
// libstdc++ sleeps by a futex system call, which libtsan does not see: the atomics alone order the data.
// Source: [atomics.wait]; Giroux, "Efficient waiting for concurrent programs", P0514R4.

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> stage = 0;
  int message = 0;
  int answer = 0;
  std::thread worker([&] {
    stage.wait(0);
    answer = message + 1;
    stage = 2;
    stage.notify_one();
  });
  message = 41;
  stage = 1;
  stage.notify_one();
  stage.wait(1);
  const int seen = answer;
  worker.join();
  return seen == 42 ? 0 : 1;
}
