// S, a write after a read, relaxed with a release and an acquire fence: who sees y stores x last.
// Source: S of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; [atomics.fences].
// Outcome: r1 + 2 * x, where r1 is what the right thread read of y and x the value at the end.
// interleaved: 2 3 4
// allowed: 2 3 4

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  std::thread left([&] {
    x.store(2, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    y.store(1, std::memory_order_relaxed);
  });
  std::thread right([&] {
    r1 = y.load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    x.store(1, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return r1 + 2 * x.load(std::memory_order_relaxed);
}
