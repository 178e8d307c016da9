// A writer and a reader take a shared_timed_mutex with a deadline. libstdc++ calls pthread_rwlock_clockwrlock and
// clockrdlock, which libtsan does not know: it reports races on what the mutex guards.
// Source: llvm-project issues 62623 and 142370.

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

int main() {
  std::shared_timed_mutex mutex;
  int left = 0;
  int right = 0;
  bool torn = false;
  std::thread writer([&] {
    const std::unique_lock lock(mutex, std::chrono::hours(1));
    ++left;
    ++right;
  });
  std::thread reader([&] {
    const std::shared_lock lock(mutex, std::chrono::hours(1));
    torn = left != right;
  });
  writer.join();
  reader.join();
  return torn || left != 1 ? 1 : 0;
}
