// IRIW, independent reads of independent writes, all relaxed: the readers may disagree on which store came first,
// and read out of order besides.
// Source: IRIW of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2 + 4 * r3 + 8 * r4, where r1 and r2 are what the first reader saw of x and then of y, r3 and
// r4 what the second saw of y and then of x.
// interleaved: 0 1 2 3 4 6 7 8 9 10 11 12 13 14 15
// allowed: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15

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
    r2 = y.load(std::memory_order_relaxed);
  });
  std::thread second_reader([&] {
    r3 = y.load(std::memory_order_relaxed);
    r4 = x.load(std::memory_order_relaxed);
  });
  writer_of_x.join();
  writer_of_y.join();
  first_reader.join();
  second_reader.join();
  return r1 + 2 * r2 + 4 * r3 + 8 * r4;
}
