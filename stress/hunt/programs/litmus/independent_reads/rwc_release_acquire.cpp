// RWC, read to write causality, release and acquire: the reader sees x and not y, while who stored y does not see x.
// Source: RWC of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2 + 4 * r3, where r1 and r2 are what the reader saw of x and then of y, r3 what the last thread
// saw of x.
// interleaved: 0 2 3 4 5 6 7
// allowed: 0 1 2 3 4 5 6 7

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  std::thread writer([&] { x.store(1, std::memory_order_release); });
  std::thread reader([&] {
    r1 = x.load(std::memory_order_acquire);
    r2 = y.load(std::memory_order_acquire);
  });
  std::thread last([&] {
    y.store(1, std::memory_order_release);
    r3 = x.load(std::memory_order_acquire);
  });
  writer.join();
  reader.join();
  last.join();
  return r1 + 2 * r2 + 4 * r3;
}
