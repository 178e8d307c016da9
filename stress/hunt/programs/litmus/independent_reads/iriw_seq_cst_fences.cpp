// IRIW, independent reads of independent writes, relaxed with a seq_cst fence between the two loads: the readers
// agree on which store came first. C++11 did not promise it; C++20 does.
// Source: IRIW of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Boehm, Giroux and Vafeiadis,
// "Revising the C++ memory model", P0668R5, in C++20.
// Outcome: r1 + 2 * r2 + 4 * r3 + 8 * r4, where r1 and r2 are what the first reader saw of x and then of y, r3 and
// r4 what the second saw of y and then of x.
// interleaved: 0 1 2 3 4 6 7 8 9 10 11 12 13 14 15
// allowed: 0 1 2 3 4 6 7 8 9 10 11 12 13 14 15

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  int r4 = 0;
  std::thread writer_of_x([&] { x.store(1, std::memory_order_relaxed); });
  std::thread writer_of_y([&] { y.store(1, std::memory_order_relaxed); });
  std::thread first_reader([&] {
    r1 = x.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r2 = y.load(std::memory_order_relaxed);
  });
  std::thread second_reader([&] {
    r3 = y.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r4 = x.load(std::memory_order_relaxed);
  });
  writer_of_x.join();
  writer_of_y.join();
  first_reader.join();
  second_reader.join();
  return r1 + 2 * r2 + 4 * r3 + 8 * r4;
}
