// ISA2, a message passed on by a thread between, all seq_cst.
// Source: ISA2 of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2 + 4 * r3, where r1 is what the middle thread read of y, r2 what the last one read of z and r3
// what it then read of x.
// interleaved: 0 1 2 4 5 6 7
// allowed: 0 1 2 4 5 6 7

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  std::atomic<int> z = 0;
  int r1 = 0;
  int r2 = 0;
  int r3 = 0;
  std::thread first([&] {
    x.store(1, std::memory_order_seq_cst);
    y.store(1, std::memory_order_seq_cst);
  });
  std::thread middle([&] {
    r1 = y.load(std::memory_order_seq_cst);
    z.store(1, std::memory_order_seq_cst);
  });
  std::thread last([&] {
    r2 = z.load(std::memory_order_seq_cst);
    r3 = x.load(std::memory_order_seq_cst);
  });
  first.join();
  middle.join();
  last.join();
  return r1 + 2 * r2 + 4 * r3;
}
