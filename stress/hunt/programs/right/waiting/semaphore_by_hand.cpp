// A counting semaphore of a mutex and a condition variable lets two of three threads in at a time.
// Source: folklore; the example of a monitor that makes Dijkstra's semaphore.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

class Semaphore {
 public:
  explicit Semaphore(int count) : count_(count) {}

  void acquire() {
    std::unique_lock lock(mutex_);
    available_.wait(lock, [&] { return count_ > 0; });
    --count_;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    ++count_;
    available_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable available_;
  int count_;
};

}  // namespace

int main() {
  Semaphore places(2);
  std::atomic<int> inside = 0;
  std::atomic<bool> crowded = false;
  const auto visit = [&] {
    places.acquire();
    if (inside.fetch_add(1) >= 2) crowded = true;
    inside.fetch_sub(1);
    places.release();
  };
  std::thread first(visit);
  std::thread second(visit);
  std::thread third(visit);
  first.join();
  second.join();
  third.join();
  return crowded ? 1 : 0;
}
