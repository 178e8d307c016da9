// Counters that order nothing: each is exact at the end, since the joins order it, and a reader meanwhile sees some
// value on the way, which never falls.
// Source: folklore; Boehm and Adve, "You Don't Know Jack about Shared Variables or Memory Models", CACM 2012.

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> hits = 0;
  std::atomic<int> misses = 0;
  const auto count = [&] {
    hits.fetch_add(1, std::memory_order_relaxed);
    misses.fetch_add(1, std::memory_order_relaxed);
  };
  bool fell = false;
  std::thread first(count);
  std::thread second(count);
  std::thread reader([&] {
    const int before = hits.load(std::memory_order_relaxed);
    fell = hits.load(std::memory_order_relaxed) < before;
  });
  first.join();
  second.join();
  reader.join();
  return !fell && hits.load(std::memory_order_relaxed) == 2 && misses.load(std::memory_order_relaxed) == 2 ? 0 : 1;
}
