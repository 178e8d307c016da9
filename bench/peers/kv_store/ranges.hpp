#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/plain_mutex.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/thread_annotations.hpp"

namespace contend::kv_store::peers {

// An ordered map of texts in 64 ranges, each under a mutex. They are dealt out anew when one has grown too large.
template <class Map>
class Ranges {
 public:
  Ranges() { table_ = deals_.emplace_back(std::make_unique<Table>(Table{{""}, count})).get(); }

  // act(map, has_room): under the lock of the range to which the key belongs.
  template <class Act>
  auto at(std::string_view key, Act act) {
    return in_range(key, [&](Map& map, const Table& table, std::size_t) { return act(map, map.size() < table.most); });
  }

  // Visits what begins with the prefix, in order, a range at a time, until `visit` is false. It moves the place on.
  template <class Visit>
  void walk(std::string_view prefix, Visit visit) {
    std::string_view from = prefix;
    const auto walk_range = [&](Map& map, const Table& table, std::size_t number) {
      for (auto place = map.lower_bound(from); place != map.end();) {
        if (!place->first.starts_with(prefix) || !visit(map, place)) return false;
      }
      if (number + 1 == table.firsts.size()) return false;
      from = table.firsts[number + 1];
      return true;
    };
    while (in_range(from, walk_range)) {
    }
  }

  // Deals all entries out anew where the key's range is full. It copies them first: without memory nothing has happened.
  void make_room(std::string_view key) NO_THREAD_SAFETY_ANALYSIS {  // all locks, in order
    std::array<std::unique_lock<PlainMutex>, count> all;
    for (std::size_t i = 0; i < count; ++i) all[i] = std::unique_lock(ranges_[i].lock);
    const Table& old = *deals_.back();
    if (ranges_[old.number_of(key)].map.size() < old.most) return;
    std::size_t total = 0;
    for (const Range& range : ranges_) total += range.map.size();
    // Where keys come in order all go to the last range: even then so many deals are enough for any memory.
    const std::size_t most = deals_.size() < 64 ? total / 4 + 256 : std::numeric_limits<std::size_t>::max();
    auto table = std::make_unique<Table>(Table{{""}, most});
    std::array<Map, count> dealt;
    std::size_t place = 0;
    for (const Range& range : ranges_) {
      for (const auto& [text, value] : range.map) {
        const std::size_t number = place++ * count / total;
        if (number == table->firsts.size()) table->firsts.push_back(text);
        dealt[number].emplace_hint(dealt[number].end(), text, value);
      }
    }
    deals_.push_back(std::move(table));
    for (std::size_t i = 0; i < count; ++i) ranges_[i].map.swap(dealt[i]);
    table_ = deals_.back().get();
  }

 private:
  static constexpr std::size_t count = 64;

  struct alignas(cache_line_bytes) Range {
    PlainMutex lock;
    Map map GUARDED_BY(lock);
  };
  // Where each range begins, and from how many entries on it is too large. It lives as long as the store.
  struct Table {
    std::vector<std::string> firsts;
    std::size_t most;

    std::size_t number_of(std::string_view key) const {
      return static_cast<std::size_t>(std::ranges::upper_bound(firsts, key, std::less<>()) - firsts.begin()) - 1;
    }
  };

  // Under the lock of a range the table stays: who deals out holds all of them.
  template <class Act>
  auto in_range(std::string_view key, Act act) {
    for (;;) {
      const Table* const table = table_;
      const std::size_t number = table->number_of(key);
      const LockGuard<PlainMutex> guard(ranges_[number].lock);
      if (table_ == table) return act(ranges_[number].map, *table, number);
    }
  }

  std::array<Range, count> ranges_;
  std::atomic<const Table*> table_;
  std::vector<std::unique_ptr<Table>> deals_;  // all that there were; under all locks
};

}  // namespace contend::kv_store::peers
