// Two threads insert, find and erase the same key of a TBB map; the accessors are the locks. libtbb.so is not
// instrumented, and libtsan reports races between the recycled memory of its allocator and the map.
// Source: oneTBB issues 358 and 1290, google/sanitizers issue 1004.

#include <tbb/concurrent_hash_map.h>

#include <atomic>
#include <thread>

int main() {
  using Map = tbb::concurrent_hash_map<int, int>;
  Map map;
  std::atomic<int> inserted = 0;
  std::atomic<int> erased = 0;
  std::atomic<bool> wrong = false;
  const auto use = [&] {
    {
      Map::accessor entry;
      if (map.insert(entry, 1)) {
        entry->second = 10;
        ++inserted;
      }
    }
    {
      Map::const_accessor entry;
      if (map.find(entry, 1) && entry->second != 10) wrong = true;
    }
    if (map.erase(1)) ++erased;
  };
  std::thread first(use);
  std::thread second(use);
  first.join();
  second.join();
  return !wrong && static_cast<int>(map.size()) == inserted - erased ? 0 : 1;
}
