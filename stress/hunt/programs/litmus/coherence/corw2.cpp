// CoRW2, coherence of a read and a write, relaxed: who has read the other's store and then stores comes after it.
// Source: CoRW2 of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 4 * x, where r1 is what the left thread read and x is the value at the end.
// interleaved: 4 6 8
// allowed: 4 6 8

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  std::thread left([&] {
    r1 = x.load(std::memory_order_relaxed);
    x.store(1, std::memory_order_relaxed);
  });
  std::thread right([&] { x.store(2, std::memory_order_relaxed); });
  left.join();
  right.join();
  return r1 + 4 * x.load(std::memory_order_relaxed);
}
