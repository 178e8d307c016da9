// Three philosophers, three forks: each takes the fork on its left and then the one on its right. No two of them can
// block each other for ever, all three together can.
// Source: Dijkstra, "Hierarchical ordering of sequential processes", 1971 (there five).
// finds: deadlock lock-order

#include <mutex>
#include <thread>

int main() {
  std::mutex forks[3];
  const auto dine = [&](int seat) {
    const std::lock_guard left(forks[seat]);
    const std::lock_guard right(forks[(seat + 1) % 3]);
  };
  std::thread first(dine, 0);
  std::thread second(dine, 1);
  std::thread third(dine, 2);
  first.join();
  second.join();
  third.join();
  return 0;
}
