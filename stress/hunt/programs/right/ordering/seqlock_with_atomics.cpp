// A seqlock whose data are relaxed atomics. A reader keeps what it read only when the sequence was even before, and is
// the same after an acquire fence.
// Source: Boehm, "Can Seqlocks Get Along with Programming Language Memory Models?", MSPC 2012, figure 6.

#include <atomic>
#include <thread>

int main() {
  std::atomic<unsigned> sequence = 0;
  std::atomic<int> left = 0;
  std::atomic<int> right = 0;
  bool torn = false;
  std::thread writer([&] {
    for (int value = 1; value <= 2; ++value) {
      const unsigned before = sequence.load(std::memory_order_relaxed);
      sequence.store(before + 1, std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_release);
      left.store(value, std::memory_order_relaxed);
      right.store(value, std::memory_order_relaxed);
      sequence.store(before + 2, std::memory_order_release);
    }
  });
  std::thread reader([&] {
    const unsigned before = sequence.load(std::memory_order_acquire);
    const int seen_left = left.load(std::memory_order_relaxed);
    const int seen_right = right.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    const bool valid = before % 2 == 0 && sequence.load(std::memory_order_relaxed) == before;
    torn = valid && seen_left != seen_right;
  });
  writer.join();
  reader.join();
  return torn ? 1 : 0;
}
