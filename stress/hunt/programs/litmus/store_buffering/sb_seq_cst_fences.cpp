// SB, store buffering, relaxed with a seq_cst fence between store and load: at least one thread sees the store of
// the other.
// Source: SB of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Boehm, Giroux and Vafeiadis,
// "Revising the C++ memory model", P0668R5, in C++20.
// Outcome: r1 + 2 * r2, where r1 is what the left thread read of y and r2 what the right one read of x.
// interleaved: 1 2 3
// allowed: 1 2 3

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r1 = y.load(std::memory_order_relaxed);
  });
  std::thread right([&] {
    y.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r2 = x.load(std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return r1 + 2 * r2;
}
