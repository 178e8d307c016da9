// Three threads insert, find and erase the same keys of a TBB map; the accessors are the locks. libtbb.so is not
// instrumented, and libtsan reports races where its allocator gives the memory of one entry to another.
// Source: oneTBB issues 358 and 1290, google/sanitizers issue 1004.

#include <tbb/concurrent_hash_map.h>

#include <atomic>
#include <string>
#include <thread>

int main() {
  using Map = tbb::concurrent_hash_map<int, std::string>;
  Map map;
  std::atomic<int> inserted = 0;
  std::atomic<int> erased = 0;
  std::atomic<bool> wrong = false;
  const auto use = [&](int first_key) {
    for (int step = 0; step < 2; ++step) {
      const int key = (first_key + step) % 2;
      {
        Map::accessor entry;
        if (map.insert(entry, key)) {
          entry->second = "written under the accessor";
          ++inserted;
        }
      }
      {
        Map::const_accessor entry;
        if (map.find(entry, key) && entry->second.empty()) wrong = true;
      }
      if (map.erase(key)) ++erased;
    }
  };
  std::thread first(use, 0);
  std::thread second(use, 1);
  std::thread third(use, 0);
  first.join();
  second.join();
  third.join();
  return !wrong && static_cast<int>(map.size()) == inserted - erased ? 0 : 1;
}
