// MP, message passing whose flag is set to one by a release store and then to two by a relaxed one of the same
// thread. Up to C++17 the second store carried on the release sequence of the first; in C++20 only an RMW does, and
// a flag of two no longer brings the message.
// Source: MP of Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014; Boehm, Giroux and Vafeiadis, "Weaken
// Release Sequences", P0982R1, in C++20.
// Outcome: r1 + 4 * r2, where r1 is the flag that was read and r2 the message.
// interleaved: 0 4 5 6
// allowed: 0 2 4 5 6

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    y.store(1, std::memory_order_release);
    y.store(2, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    r1 = y.load(std::memory_order_acquire);
    r2 = x.load(std::memory_order_relaxed);
  });
  writer.join();
  reader.join();
  return r1 + 4 * r2;
}
