// CoWW, coherence of two writes, relaxed: the second store of a thread stays the last.
// Source: CoWW of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 4 * x, where r1 was read meanwhile and x is the value at the end.
// interleaved: 8 9 10
// allowed: 8 9 10

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    x.store(2, std::memory_order_relaxed);
  });
  std::thread reader([&] { r1 = x.load(std::memory_order_relaxed); });
  writer.join();
  reader.join();
  return r1 + 4 * x.load(std::memory_order_relaxed);
}
