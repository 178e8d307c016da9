#pragma once

#include <set>
#include <unordered_map>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/cache/table/entry.hpp"

namespace contend::cache {

// One shard of a cache, without synchronisation. Inputs have been checked. What leaves it goes to `removed`.
// Complexity: O(1) expected, O(log n) for entries that expire. Memory: a hash node and two strings per entry, a tree
// node per entry with a deadline.
template <class Policy>
class Table {
 public:
  explicit Table(std::uint64_t capacity) : capacity_(capacity), policy_(capacity) {}
  ~Table() {
    while (!entries_.empty()) take_out(*entries_.begin()->second, false);
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  bool get(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) {
    Entry* entry = find_live(key, now_ns, removed);
    if (entry == nullptr) return false;
    policy_.on_hit(*entry);
    value = entry->value;
    return true;
  }

  // For readers that hold the shard shared: as get, but an expired entry stays and sets `met_expired`.
  bool peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const
    requires Policy::shared_hits
  {
    const auto place = entries_.find(key);
    if (place == entries_.end()) return false;
    Entry& entry = *place->second;
    met_expired = !is_alive(entry.deadline_ns, now_ns);
    if (met_expired) return false;
    Policy::on_hit(entry);
    value = entry.value;
    return true;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns, TimeNs now_ns,
             RemovedEntries& removed) {
    const bool fits = weight <= capacity_;
    // Made first: nothing can throw once the old value is out.
    auto fresh = std::make_unique<Entry>();
    if (fits) {
      fresh->key = key;
      fresh->value = value;
      fresh->weight = weight;
      fresh->deadline_ns = deadline_ns;
    }
    Entry* const old = find_live(key, now_ns, removed);
    const bool there = old != nullptr;
    if (there) remove(*old, fits ? RemovalCause::replaced : RemovalCause::erased, removed);
    if (!fits) return Status::too_heavy;
    make_room(weight, now_ns, removed);
    insert(std::move(fresh));
    return there ? Status::replaced : Status::stored;
  }

  bool contains_live(std::string_view key, TimeNs now_ns, RemovedEntries& removed) {
    return find_live(key, now_ns, removed) != nullptr;
  }

  bool erase(std::string_view key, TimeNs now_ns, RemovedEntries& removed) {
    Entry* entry = find_live(key, now_ns, removed);
    if (entry != nullptr) remove(*entry, RemovalCause::erased, removed);
    return entry != nullptr;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) {
    CleanupAnswer answer;
    for (Entry* entry = expired(now_ns); entry != nullptr; entry = expired(now_ns)) {
      if (answer.removed == budget) {
        answer.more = true;
        break;
      }
      remove(*entry, RemovalCause::expired, removed);
      ++answer.removed;
    }
    return answer;
  }

  Size size() const { return {entries_.size(), weight_}; }

 private:
  using Deadlines = std::set<std::pair<TimeNs, Entry*>>;

  Entry* find_live(std::string_view key, TimeNs now_ns, RemovedEntries& removed) {
    const auto place = entries_.find(key);
    if (place == entries_.end()) return nullptr;
    Entry* entry = place->second.get();
    if (is_alive(entry->deadline_ns, now_ns)) return entry;
    remove(*entry, RemovalCause::expired, removed);
    return nullptr;
  }

  // The entry whose deadline passed first, or null.
  Entry* expired(TimeNs now_ns) {
    return deadlines_.empty() || deadlines_.begin()->first > now_ns ? nullptr : deadlines_.begin()->second;
  }

  void make_room(std::uint64_t weight, TimeNs now_ns, RemovedEntries& removed) {
    while (weight_ + weight > capacity_) {
      if (Entry* dead = expired(now_ns)) {
        remove(*dead, RemovalCause::expired, removed);
      } else {
        remove(policy_.victim(), RemovalCause::evicted, removed);
      }
    }
  }

  void insert(std::unique_ptr<Entry> fresh) {
    Entry& entry = *fresh;
    const std::pair deadline(entry.deadline_ns, &entry);
    if (entry.deadline_ns != never) deadlines_.insert(deadline);
    try {
      entries_.emplace(entry.key, std::move(fresh));
    } catch (...) {
      deadlines_.erase(deadline);
      throw;
    }
    weight_ += entry.weight;
    policy_.on_insert(entry);
  }

  void remove(Entry& entry, RemovalCause cause, RemovedEntries& removed) {
    removed.reserve(removed.size() + 1);
    removed.push_back({take_out(entry, cause == RemovalCause::evicted), cause});
  }

  std::unique_ptr<Entry> take_out(Entry& entry, bool evicted) {
    policy_.on_remove(entry, evicted);
    weight_ -= entry.weight;
    if (entry.deadline_ns != never) deadlines_.erase({entry.deadline_ns, &entry});
    const auto place = entries_.find(entry.key);
    std::unique_ptr<Entry> taken = std::move(place->second);
    entries_.erase(place);
    return taken;
  }

  const std::uint64_t capacity_;
  std::uint64_t weight_ = 0;
  Policy policy_;
  std::unordered_map<std::string_view, std::unique_ptr<Entry>, BytesHash, std::equal_to<>> entries_;
  Deadlines deadlines_;
};

}  // namespace contend::cache
