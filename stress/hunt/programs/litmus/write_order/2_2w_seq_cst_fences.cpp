// 2+2W, two writes each, relaxed with a seq_cst fence between: one of the second stores stays.
// Source: 2+2W of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Boehm, Giroux and Vafeiadis,
// "Revising the C++ memory model", P0668R5, in C++20.
// Outcome: x + 4 * y, the values at the end.
// interleaved: 6 9 10
// allowed: 6 9 10

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    y.store(2, std::memory_order_relaxed);
  });
  std::thread right([&] {
    y.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    x.store(2, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return x.load(std::memory_order_relaxed) + 4 * y.load(std::memory_order_relaxed);
}
