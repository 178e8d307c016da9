// LB, load buffering, acquire loads and relaxed stores: without a release nothing synchronizes, and C++ allows that
// both see the store of the other. (Hardware does not do it; RC11 forbids it.)
// Source: LB of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Lahav, Vafeiadis, Kang, Hur and
// Dreyer, "Repairing Sequential Consistency in C/C++11", PLDI 2017.
// Outcome: r1 + 2 * r2, where r1 is what the left thread read of x and r2 what the right one read of y.
// interleaved: 0 1 2
// allowed: 0 1 2 3
// unshown: 3

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread left([&] {
    r1 = x.load(std::memory_order_acquire);
    y.store(1, std::memory_order_relaxed);
  });
  std::thread right([&] {
    r2 = y.load(std::memory_order_acquire);
    x.store(1, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return r1 + 2 * r2;
}
