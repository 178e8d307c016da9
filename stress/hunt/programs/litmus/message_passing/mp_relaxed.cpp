// MP, message passing, all relaxed: the flag may be seen before the message.
// Source: MP of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Batty, Owens, Sarkar, Sewell and
// Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 2 * r2, where r1 is the flag that was read and r2 the message.
// interleaved: 0 2 3
// allowed: 0 1 2 3

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    y.store(1, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    r1 = y.load(std::memory_order_relaxed);
    r2 = x.load(std::memory_order_relaxed);
  });
  writer.join();
  reader.join();
  return r1 + 2 * r2;
}
