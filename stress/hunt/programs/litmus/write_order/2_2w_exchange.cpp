// 2+2W, two acq_rel exchanges each: the later of a variable reads from the earlier and synchronizes with it, so one
// of the second stays.
// Source: 2+2W of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: x + 4 * y, the values at the end.
// interleaved: 6 9 10
// allowed: 6 9 10

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  std::thread left([&] {
    x.exchange(1, std::memory_order_acq_rel);
    y.exchange(2, std::memory_order_acq_rel);
  });
  std::thread right([&] {
    y.exchange(1, std::memory_order_acq_rel);
    x.exchange(2, std::memory_order_acq_rel);
  });
  left.join();
  right.join();
  return x.load(std::memory_order_relaxed) + 4 * y.load(std::memory_order_relaxed);
}
