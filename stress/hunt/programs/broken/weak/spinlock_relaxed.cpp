// A spinlock that is taken and given free relaxed: it excludes, but what the last holder wrote need not be visible to
// the next one.
// Source: folklore; the spinlock of the standard's notes on atomic_flag has acquire and release.
// finds: race

#include <atomic>
#include <thread>

int main() {
  std::atomic_flag taken;
  int total = 0;
  const auto add_one = [&] {
    while (taken.test_and_set(std::memory_order_relaxed)) std::this_thread::yield();
    ++total;
    taken.clear(std::memory_order_relaxed);
  };
  std::thread first(add_one);
  std::thread second(add_one);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
