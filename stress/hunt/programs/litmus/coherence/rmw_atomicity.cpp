// Two relaxed additions and a relaxed store to one variable: no addition comes between the load and the store of the
// other.
// Source: [atomics.order], "read-modify-write operations shall always read the last value"; Batty, Owens, Sarkar,
// Sewell and Weber, "Mathematizing C++ Concurrency", POPL 2011.
// Outcome: r1 + 8 * r2, what the additions found, + 64 when six is the value at the end.
// interleaved: 1 4 8 32 101 108
// allowed: 1 4 8 32 101 108

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> x = 0;
  int r1 = 0;
  int r2 = 0;
  std::thread first([&] { r1 = x.fetch_add(1, std::memory_order_relaxed); });
  std::thread second([&] { r2 = x.fetch_add(1, std::memory_order_relaxed); });
  std::thread third([&] { x.store(4, std::memory_order_relaxed); });
  first.join();
  second.join();
  third.join();
  return r1 + 8 * r2 + 64 * (x.load(std::memory_order_relaxed) == 6);
}
