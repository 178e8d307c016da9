// Dekker's lock with relaxed accesses and fences: seq_cst between raising one's own flag and reading the other's,
// acquire on entry, release on leaving. It guards plain data.
// Source: Williams, "Implementing Dekker's algorithm with Fences", justsoftwaresolutions.co.uk, 2010.

#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> wants[2] = {false, false};
  std::atomic<int> turn = 0;
  int total = 0;
  const auto add_one = [&](int self) {
    const int other = 1 - self;
    wants[self].store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    while (wants[other].load(std::memory_order_relaxed)) {
      if (turn.load(std::memory_order_relaxed) == self) {
        std::this_thread::yield();
        continue;
      }
      wants[self].store(false, std::memory_order_relaxed);
      while (turn.load(std::memory_order_relaxed) != self) std::this_thread::yield();
      wants[self].store(true, std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    std::atomic_thread_fence(std::memory_order_acquire);
    ++total;
    std::atomic_thread_fence(std::memory_order_release);
    turn.store(other, std::memory_order_relaxed);
    wants[self].store(false, std::memory_order_relaxed);
  };
  std::thread first(add_one, 0);
  std::thread second(add_one, 1);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
