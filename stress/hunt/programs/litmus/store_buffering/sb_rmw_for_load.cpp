// SB, store buffering with an acq_rel RMW in place of each load. Both may read zero, but only when each RMW comes
// before the store that ran earlier in the order of its variable.
// Source: SB of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2, where r1 is what the left thread read of y and r2 what the right one read of x.
// interleaved: 1 2 3
// allowed: 0 1 2 3
// unshown: 0

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_release);
    r1 = y.fetch_add(0, std::memory_order_acq_rel);
  });
  std::thread right([&] {
    y.store(1, std::memory_order_release);
    r2 = x.fetch_add(0, std::memory_order_acq_rel);
  });
  left.join();
  right.join();
  return r1 + 2 * r2;
}
