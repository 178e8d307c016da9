// Two threads take a timed_mutex with a deadline far away. libstdc++ calls pthread_mutex_clocklock, which the libtsan
// of g++ 12 does not know: it reports the unlock of an unlocked mutex and races on what the mutex guards.
// Source: llvm-project issue 62623, google/sanitizers issue 1620.

#include <chrono>
#include <mutex>
#include <thread>

int main() {
  std::timed_mutex mutex;
  int total = 0;
  const auto add_twice = [&] {
    for (int round = 0; round < 2; ++round) {
      if (!mutex.try_lock_for(std::chrono::hours(1))) return;
      ++total;
      mutex.unlock();
    }
  };
  std::thread first(add_twice);
  std::thread second(add_twice);
  first.join();
  second.join();
  return total == 4 ? 0 : 1;
}
