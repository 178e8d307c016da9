// Peterson's lock with release stores and acquire loads. Both threads may read the other's flag as it was before it was
// raised, and both enter.
// Source: Peterson, "Myths about the Mutual Exclusion Problem", IPL 1981, which assumes sequential consistency.
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
    wants[self].store(true, std::memory_order_release);
    turn.store(other, std::memory_order_release);
    while (wants[other].load(std::memory_order_acquire) && turn.load(std::memory_order_acquire) == other) {
      std::this_thread::yield();
    }
    if (inside.fetch_add(1) != 0) both_inside = true;
    inside.fetch_sub(1);
    wants[self].store(false, std::memory_order_release);
  };
  std::thread first(enter_and_leave, 0);
  std::thread second(enter_and_leave, 1);
  first.join();
  second.join();
  return both_inside ? 1 : 0;
}
