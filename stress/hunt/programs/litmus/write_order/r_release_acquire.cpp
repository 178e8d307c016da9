// R, a write against a read, release and acquire: y of the right thread stays, and yet it does not see x, stored
// before the y that it has overwritten.
// Source: R of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * y, where r1 is what the right thread read of x and y the value at the end.
// interleaved: 2 3 5
// allowed: 2 3 4 5

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_release);
    y.store(1, std::memory_order_release);
  });
  std::thread right([&] {
    y.store(2, std::memory_order_release);
    r1 = x.load(std::memory_order_acquire);
  });
  left.join();
  right.join();
  return r1 + 2 * y.load(std::memory_order_relaxed);
}
