// Z6.U, seq_cst mixed with weaker orders: r1 = 1, r2 = 3 and r3 = 0 was forbidden by C++11, which no compiler for
// Power kept; C++20 allows it. A machine whose single order of seq_cst operations is the order in which they ran
// cannot show it.
// Source: Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI 2017; Boehm,
// Giroux and Vafeiadis, "Revising the C++ memory model", P0668R5, in C++20.
// Outcome: r1 + 4 * r2 + 32 * r3, where r1 is what the addition found, r2 what was read after it and r3 what the
// right thread read of x.
// interleaved: 4 7 9 12 19 36 39 41 44 45 51
// allowed: 4 7 9 12 13 19 36 39 41 44 45 51
// unshown: 13

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_seq_cst);
    y.store(1, std::memory_order_release);
  });
  std::thread middle([&] {
    r1 = y.fetch_add(1, std::memory_order_seq_cst);
    r2 = y.load(std::memory_order_relaxed);
  });
  std::thread right([&] {
    y.store(3, std::memory_order_seq_cst);
    r3 = x.load(std::memory_order_seq_cst);
  });
  left.join();
  middle.join();
  right.join();
  return r1 + 4 * r2 + 32 * r3;
}
