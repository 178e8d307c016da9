// MP, message passing in which the flag is read by a compare_exchange that expects seven and so always fails. A
// failed exchange is a load with the order of failure: relaxed, it may see the flag and miss the message.
// Source: MP of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; [atomics.types.operations].
// Outcome: r1 + 2 * r2, where r1 is the flag that was read and r2 the message.
// interleaved: 0 2 3
// allowed: 0 1 2 3

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 7;
  int r2 = 0;
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    y.store(1, std::memory_order_release);
  });
  std::thread reader([&] {
    y.compare_exchange_strong(r1, 9, std::memory_order_relaxed);
    r2 = x.load(std::memory_order_relaxed);
  });
  writer.join();
  reader.join();
  return r1 + 2 * r2;
}
