// Dekker's lock with relaxed flags and no fence between raising one's own flag and reading the other's: both threads
// may find the other's flag down and enter.
// Source: Dijkstra, "Cooperating Sequential Processes", 1965, which assumes sequential consistency.
// finds: assertion
// needs: weak

#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> wants[2] = {false, false};
  std::atomic<int> turn = 0;
  std::atomic<int> inside = 0;
  std::atomic<bool> both_inside = false;
  const auto enter_and_leave = [&](int self) {
    const int other = 1 - self;
    wants[self].store(true, std::memory_order_relaxed);
    while (wants[other].load(std::memory_order_relaxed)) {
      if (turn.load(std::memory_order_relaxed) == self) {
        std::this_thread::yield();
        continue;
      }
      wants[self].store(false, std::memory_order_relaxed);
      while (turn.load(std::memory_order_relaxed) != self) std::this_thread::yield();
      wants[self].store(true, std::memory_order_relaxed);
    }
    if (inside.fetch_add(1) != 0) both_inside = true;
    inside.fetch_sub(1);
    turn.store(other, std::memory_order_relaxed);
    wants[self].store(false, std::memory_order_relaxed);
  };
  std::thread first(enter_and_leave, 0);
  std::thread second(enter_and_leave, 1);
  first.join();
  second.join();
  return both_inside ? 1 : 0;
}
