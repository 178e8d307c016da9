// 2+2W, two writes each, all relaxed: the first store of each thread may be the one that stays.
// Source: 2+2W of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: x + 4 * y, the values at the end.
// interleaved: 6 9 10
// allowed: 5 6 9 10
// unshown: 5

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_relaxed);
    y.store(2, std::memory_order_relaxed);
  });
  std::thread right([&] {
    y.store(1, std::memory_order_relaxed);
    x.store(2, std::memory_order_relaxed);
  });
  left.join();
  right.join();
  return x.load(std::memory_order_relaxed) + 4 * y.load(std::memory_order_relaxed);
}
