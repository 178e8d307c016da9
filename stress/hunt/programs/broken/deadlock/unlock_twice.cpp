// A cancelled job unlocks the mutex and forgets to return: it works on without the mutex, and unlocks it once more.
// Source: folklore; [thread.mutex.requirements.mutex]: unlock() by a thread that does not own the mutex is undefined.
// finds: double-unlock
// tells: unlocks mutex

#include <atomic>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::atomic<bool> cancelled = false;
  std::thread job([&] {
    mutex.lock();
    if (cancelled) mutex.unlock();
    mutex.unlock();
  });
  std::thread canceller([&] { cancelled = true; });
  job.join();
  canceller.join();
  return 0;
}
