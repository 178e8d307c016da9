// A ticket lock: a relaxed addition draws the number, and the release store of the next number hands over what the
// holder wrote.
// Source: Mellor-Crummey and Scott, "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors", 1991.

#include <atomic>
#include <thread>

namespace {

class TicketLock {
 public:
  void lock() {
    const unsigned ticket = next_.fetch_add(1, std::memory_order_relaxed);
    while (serving_.load(std::memory_order_acquire) != ticket) std::this_thread::yield();
  }
  void unlock() { serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  std::atomic<unsigned> next_ = 0;
  std::atomic<unsigned> serving_ = 0;
};

}  // namespace

int main() {
  TicketLock lock;
  int total = 0;
  const auto add_one = [&] {
    lock.lock();
    ++total;
    lock.unlock();
  };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
