// CoWR, coherence of a write and a read, relaxed: who stores and then reads the other's store has been overwritten
// by it.
// Source: CoWR of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 4 * x, where r1 is what the left thread read and x is the value at the end.
// interleaved: 5 9 10
// allowed: 5 9 10

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  std::thread left([&] {
    x.store(1, std::memory_order_relaxed);
    r1 = x.load(std::memory_order_relaxed);
  });
  std::thread right([&] { x.store(2, std::memory_order_relaxed); });
  left.join();
  right.join();
  return r1 + 4 * x.load(std::memory_order_relaxed);
}
