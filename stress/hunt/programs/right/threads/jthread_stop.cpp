// A jthread that works until it is asked to stop, and one that sleeps in condition_variable_any until then; the
// destructors ask and join.
// Source: [thread.stoptoken], [thread.jthread.class].

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

int main() {
  int rounds = 0;
  bool woken = false;
  {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::jthread sleeper([&](std::stop_token stop) {
      std::unique_lock lock(mutex);
      woken = !changed.wait(lock, stop, [] { return false; });
    });
    std::jthread worker([&](std::stop_token stop) {
      do {
        ++rounds;
        std::this_thread::yield();
      } while (!stop.stop_requested());
    });
  }
  return woken && rounds > 0 ? 0 : 1;
}
