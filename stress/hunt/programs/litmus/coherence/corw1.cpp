// CoRW1, coherence of a read and a write, relaxed: a load does not read the later store of its own thread.
// Source: CoRW1 of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2, where r1 was read by the thread that stores and r2 by the other.
// interleaved: 0 2
// allowed: 0 2

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread only([&] {
    r1 = x.load(std::memory_order_relaxed);
    x.store(1, std::memory_order_relaxed);
  });
  std::thread reader([&] { r2 = x.load(std::memory_order_relaxed); });
  only.join();
  reader.join();
  return r1 + 2 * r2;
}
