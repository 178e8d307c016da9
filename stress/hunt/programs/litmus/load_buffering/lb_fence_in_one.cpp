// LB, load buffering, relaxed with an acq_rel fence in one thread only: both may see the store of the other.
// Source: LB of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; [atomics.fences].
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
    r1 = x.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acq_rel);
    y.store(1, std::memory_order_relaxed);
  });
  std::thread right([&] {
    r2 = y.load(std::memory_order_relaxed);
    x.store(1, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return r1 + 2 * r2;
}
