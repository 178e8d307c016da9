// RWC, read to write causality, relaxed with seq_cst fences: not all of "x is seen, y is not, who stored y does not
// see x". C++11 did not promise it; C++20 does.
// Source: RWC+syncs of Lahav, Vafeiadis, Kang, Hur and Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI
// 2017; Boehm, Giroux and Vafeiadis, "Revising the C++ memory model", P0668R5, in C++20.
// Outcome: r1 + 2 * r2 + 4 * r3, where r1 and r2 are what the reader saw of x and then of y, r3 what the last thread
// saw of x.
// interleaved: 0 2 3 4 5 6 7
// allowed: 0 2 3 4 5 6 7

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  std::thread writer([&] { x.store(1, std::memory_order_relaxed); });
  std::thread reader([&] {
    r1 = x.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r2 = y.load(std::memory_order_relaxed);
  });
  std::thread last([&] {
    y.store(1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r3 = x.load(std::memory_order_relaxed);
  });
  writer.join();
  reader.join();
  last.join();
  return r1 + 2 * r2 + 4 * r3;
}
