// The flag is set and the signal given without the mutex. When that happens after the waiter has read the flag and
// before it sleeps, nobody wakes it.
// Source: folklore; Lu et al., "Learning from Mistakes", ASPLOS 2008, calls it an order violation.
// finds: deadlock
// tells: waits at changed, for ever

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> ready = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    while (!ready) changed.wait(lock);
  });
  std::thread signaller([&] {
    ready = true;
    changed.notify_one();
  });
  waiter.join();
  signaller.join();
  return 0;
}
