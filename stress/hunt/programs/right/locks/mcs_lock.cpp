// A queue lock: each waiter spins on a flag of its own, which its predecessor clears.
// Source: Mellor-Crummey and Scott, "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors", 1991.

#include <atomic>
#include <thread>

namespace {

struct Waiter {
  std::atomic<Waiter*> next = nullptr;
  std::atomic<bool> waiting = true;
};

class McsLock {
 public:
  void lock(Waiter& self) {
    Waiter* previous = tail_.exchange(&self, std::memory_order_acq_rel);
    if (previous == nullptr) return;
    previous->next.store(&self, std::memory_order_release);
    while (self.waiting.load(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock(Waiter& self) {
    Waiter* expected = &self;
    if (tail_.compare_exchange_strong(expected, nullptr, std::memory_order_release, std::memory_order_relaxed)) return;
    Waiter* next = nullptr;
    while ((next = self.next.load(std::memory_order_acquire)) == nullptr) std::this_thread::yield();
    next->waiting.store(false, std::memory_order_release);
  }

 private:
  std::atomic<Waiter*> tail_ = nullptr;
};

}  // namespace

int main() {
  McsLock lock;
  int total = 0;
  const auto add_one = [&] {
    Waiter self;
    lock.lock(self);
    ++total;
    lock.unlock(self);
  };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
