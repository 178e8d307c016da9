#pragma once

#include <boost/intrusive/set.hpp>
#include <memory>
#include <utility>

#include "impls/base/hashing.hpp"
#include "impls/cache/table/entry.hpp"

namespace contend::cache {

// One shard of a cache, without synchronisation. Inputs have been checked. What leaves it goes to `removed`. Only what
// says so can fail, and then nothing has changed.
// Complexity: O(1) expected, O(log n) for entries that expire; an eviction as the policy says. Memory: a node with two
// strings per entry, and a bucket; and what the policy keeps.
template <class Policy>
class Table {
 public:
  explicit Table(std::uint64_t capacity) : capacity_(capacity), policy_(capacity) {}
  ~Table() { entries_.clear(std::default_delete<Entry>()); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Can fail where `value` needs memory.
  bool get(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) {
    Entry* entry = find_live(key, now_ns, removed);
    if (entry == nullptr) return false;
    value = entry->value;
    if (queued(*entry)) policy_.on_hit(*entry);
    return true;
  }

  // For readers that hold the shard shared: as get, but an expired entry stays and sets `met_expired`.
  bool peek(std::string_view key, TimeNs now_ns, std::string& value, bool& met_expired) const
    requires Policy::shared_hits
  {
    Entry* const entry = find(key);
    if (entry == nullptr) return false;
    met_expired = !is_alive(entry->deadline_ns, now_ns);
    if (met_expired) return false;
    value = entry->value;
    if (queued(*entry)) Policy::on_hit(*entry);
    return true;
  }

  // Can fail.
  Status put(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns, TimeNs now_ns,
             RemovedEntries& removed) {
    if (weight > capacity_) {
      erase(key, now_ns, removed);
      return Status::too_heavy;
    }
    auto fresh = make_entry(key, value, hash_(key), weight, deadline_ns);
    if (Entry* const old = find_live(key, now_ns, removed)) {
      replace(*old, std::move(fresh), now_ns, removed);
      return Status::replaced;
    }
    if (queued(*fresh)) policy_.on_arrival(*fresh);
    make_room(weight, now_ns, nullptr, removed);
    insert(*fresh.release());
    return Status::stored;
  }

  bool contains_live(std::string_view key, TimeNs now_ns, RemovedEntries& removed) noexcept {
    return find_live(key, now_ns, removed) != nullptr;
  }

  bool erase(std::string_view key, TimeNs now_ns, RemovedEntries& removed) noexcept {
    Entry* entry = find_live(key, now_ns, removed);
    if (entry != nullptr) remove(*entry, RemovalCause::erased, removed);
    return entry != nullptr;
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) noexcept {
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
  struct Identity {
    static std::uint64_t hash(const Entry& entry) { return entry.hash; }
    static bool equal(const Entry& entry, std::string_view key) { return entry.key == key; }
  };
  struct DeadlineOf {
    using type = TimeNs;
    type operator()(const Entry& entry) const { return entry.deadline_ns; }
  };
  using Deadlines = boost::intrusive::multiset<Entry, boost::intrusive::base_hook<DeadlineHook>,
                                               boost::intrusive::key_of_value<DeadlineOf>>;

  // To evict what weighs nothing makes no room, so the policy does not hear of it.
  static bool queued(const Entry& entry) { return entry.weight != 0; }

  Entry* find(std::string_view key) const noexcept { return entries_.find(hash_(key), key); }
  Entry* find_live(std::string_view key, TimeNs now_ns, RemovedEntries& removed) noexcept {
    Entry* const entry = find(key);
    if (entry == nullptr || is_alive(entry->deadline_ns, now_ns)) return entry;
    remove(*entry, RemovalCause::expired, removed);
    return nullptr;
  }

  // The entry whose deadline passed first, or null.
  Entry* expired(TimeNs now_ns) noexcept {
    return deadlines_.empty() || is_alive(deadlines_.begin()->deadline_ns, now_ns) ? nullptr : &*deadlines_.begin();
  }

  // `kept` is about to weigh something else, and counts for nothing meanwhile.
  void make_room(std::uint64_t weight, TimeNs now_ns, Entry* kept, RemovedEntries& removed) noexcept {
    while (weight_ > capacity_ - weight) {
      if (Entry* dead = expired(now_ns)) {
        remove(*dead, RemovalCause::expired, removed);
        continue;
      }
      Entry& victim = policy_.victim();
      if (&victim == kept) {
        policy_.spare(victim);
      } else {
        remove(victim, RemovalCause::evicted, removed);
      }
    }
  }

  void insert(Entry& entry) noexcept {
    entries_.insert(entry);
    enter(entry);
  }
  // The entry keeps what the policy knows of it, and it counts as a use. The old value leaves in the new entry's body.
  void replace(Entry& entry, std::unique_ptr<Entry> fresh, TimeNs now_ns, RemovedEntries& removed) noexcept {
    const std::uint64_t before = entry.weight;
    const bool stays = queued(entry) && queued(*fresh);
    if (stays) policy_.on_hit(entry);
    if (stays) {
      weight_ -= before;
    } else {
      leave(entry, false);
    }
    make_room(fresh->weight, now_ns, &entry, removed);
    if (stays && entry.deadline_ns != never) deadlines_.erase(deadlines_.iterator_to(entry));
    entry.value.swap(fresh->value);
    std::swap(entry.weight, fresh->weight);
    std::swap(entry.deadline_ns, fresh->deadline_ns);
    if (stays) {
      weight_ += entry.weight;
      policy_.on_reweigh(entry, before);
      if (entry.deadline_ns != never) deadlines_.insert(entry);
    } else {
      enter(entry);
    }
    removed.add(std::move(fresh), RemovalCause::replaced);
  }
  void remove(Entry& entry, RemovalCause cause, RemovedEntries& removed) noexcept {
    leave(entry, cause == RemovalCause::evicted);
    entries_.erase(entry);
    removed.add(std::unique_ptr<Entry>(&entry), cause);
  }

  // All but the table of keys.
  void enter(Entry& entry) noexcept {
    weight_ += entry.weight;
    if (entry.deadline_ns != never) deadlines_.insert(entry);
    if (queued(entry)) policy_.on_insert(entry);
  }
  void leave(Entry& entry, bool evicted) noexcept {
    weight_ -= entry.weight;
    if (entry.deadline_ns != never) deadlines_.erase(deadlines_.iterator_to(entry));
    if (queued(entry)) policy_.on_remove(entry, evicted);
  }

  const std::uint64_t capacity_;
  const BytesHash hash_{};
  std::uint64_t weight_ = 0;
  Policy policy_;
  HashIndex<Entry, Identity> entries_;
  Deadlines deadlines_;  // of the entries that have one, those of one deadline in the order in which they came
};

}  // namespace contend::cache
