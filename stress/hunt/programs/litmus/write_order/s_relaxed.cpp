// S, a write after a read, all relaxed: who sees y stores x, and yet the x that was stored before y may stay.
// Source: S of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * x, where r1 is what the right thread read of y and x the value at the end.
// interleaved: 2 3 4
// allowed: 2 3 4 5
// unshown: 5

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  std::thread left([&] {
    x.store(2, std::memory_order_relaxed);
    y.store(1, std::memory_order_relaxed);
  });
  std::thread right([&] {
    r1 = y.load(std::memory_order_relaxed);
    x.store(1, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return r1 + 2 * x.load(std::memory_order_relaxed);
}
