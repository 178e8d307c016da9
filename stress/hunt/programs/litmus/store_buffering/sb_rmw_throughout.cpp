// SB, store buffering with acq_rel RMWs for stores and loads. Of the two RMWs of a variable the later reads from the
// earlier and so synchronizes with it: at least one thread sees the store of the other.
// Source: SB of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2, where r1 is what the left thread read of y and r2 what the right one read of x.
// interleaved: 1 2 3
// allowed: 1 2 3

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread left([&] {
    x.fetch_add(1, std::memory_order_acq_rel);
    r1 = y.fetch_add(0, std::memory_order_acq_rel);
  });
  std::thread right([&] {
    y.fetch_add(1, std::memory_order_acq_rel);
    r2 = x.fetch_add(0, std::memory_order_acq_rel);
  });
  left.join();
  right.join();
  return r1 + 2 * r2;
}
