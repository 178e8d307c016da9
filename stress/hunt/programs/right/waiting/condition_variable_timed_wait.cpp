// A wait with a deadline, which may end by the signal or by the time: whoever asks the predicate again is right in both
// cases. wait_for goes by pthread_cond_clockwait.
// Source: google/sanitizers issue 1259, llvm-project issue 62623.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  int message = 0;
  std::thread writer([&] {
    const std::lock_guard lock(mutex);
    message = 42;
    ready = true;
    changed.notify_one();
  });
  int seen = 42;
  {
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, std::chrono::milliseconds(1), [&] { return ready; })) seen = message;
  }
  writer.join();
  return seen == 42 ? 0 : 1;
}
