#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "impls/cache/packed/packed_entry.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/tables/tagged_buckets.hpp"

namespace contend::cache {

// One shard of a cache under SIEVE, with its counts and without synchronisation. Inputs have been checked, and `hash` is that of
// the key. What leaves it goes to `removed`. Only what says so can fail, and then nothing has changed but that what had expired
// has gone.
// O(1) expected, evictions amortised, O(log n) for each entry with a deadline. Memory: an entry in one piece, its slot, and a
// tree node for each deadline.
class PackedShard {
 public:
  PackedShard() = default;
  ~PackedShard();
  PackedShard(const PackedShard&) = delete;
  PackedShard& operator=(const PackedShard&) = delete;

  // Before anything else: the most that its entries may weigh together, and whether somebody wants to see values that were
  // replaced.
  void start(std::uint64_t capacity, bool shows_replaced) {
    capacity_ = capacity;
    shows_replaced_ = shows_replaced;
  }

  // Null is a miss. Counts neither.
  PackedEntry* find_live(std::string_view key, std::uint64_t hash, TimeNs now_ns, RemovedPieces& removed) noexcept {
    PackedEntry* const entry = table_.find(hash, key);
    if (entry == nullptr || is_alive(entry->deadline_ns, now_ns)) return entry;
    remove(*entry, RemovalCause::expired, removed);
    return nullptr;
  }
  // A hit or a miss. Can fail where `value` needs memory.
  bool get(std::string_view key, std::uint64_t hash, TimeNs now_ns, std::string& value, RemovedPieces& removed) {
    PackedEntry* const entry = find_live(key, hash, now_ns, removed);
    if (entry == nullptr) {
      ++stats_.misses;
      return false;
    }
    value.assign(entry->value());
    ++stats_.hits;
    if (is_queued(*entry)) Sieve::on_hit(*entry);
    return true;
  }
  // Can fail, and then nothing at all has changed.
  Status put(std::string_view key, std::uint64_t hash, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
             TimeNs now_ns, RemovedPieces& removed);
  bool erase(std::string_view key, std::uint64_t hash, TimeNs now_ns, RemovedPieces& removed) noexcept;
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns, RemovedPieces& removed) noexcept;

  void count_load() noexcept { ++stats_.loads; }
  void count_failed_load() noexcept { ++stats_.failed_loads; }
  const Stats& stats() const noexcept { return stats_; }
  Size size() const noexcept { return {table_.size(), weight_}; }

 private:
  struct Identity {
    static std::uint64_t hash(const PackedEntry& entry) noexcept { return entry.hash; }
    static bool equal(const PackedEntry& entry, std::string_view key) noexcept { return entry.key() == key; }
  };
  using Sieve = SieveOf<PackedEntry>;
  using Deadlines = std::set<std::pair<TimeNs, PackedEntry*>>;

  // To evict what weighs nothing makes no room, so the policy does not hear of it.
  static bool is_queued(const PackedEntry& entry) noexcept { return entry.weight != 0; }
  bool can_write_over(const PackedEntry& entry, std::string_view value, std::uint64_t weight,
                      TimeNs deadline_ns) const noexcept {
    return !shows_replaced_ && entry.weight == weight && entry.deadline_ns == deadline_ns && entry.has_room_for(value);
  }
  static Deadlines::node_type deadline_of(PackedEntry& entry, TimeNs deadline_ns);
  void replace(PackedEntry& old, PackedEntry& fresh, Deadlines::node_type deadline, TimeNs now_ns,
               RemovedPieces& removed) noexcept;
  PackedEntry* expired(TimeNs now_ns) const noexcept;
  void make_room(std::uint64_t weight, TimeNs now_ns, const PackedEntry* kept, RemovedPieces& removed) noexcept;
  void remove(PackedEntry& entry, RemovalCause cause, RemovedPieces& removed) noexcept;
  void drop_deadline(PackedEntry& entry) noexcept {
    if (entry.deadline_ns != never) deadlines_.erase({entry.deadline_ns, &entry});
  }
  void keep_deadline(Deadlines::node_type deadline) noexcept {
    if (!deadline.empty()) deadlines_.insert(std::move(deadline));
  }

  // First what a get touches: with the lock before it, one cache line.
  TaggedBuckets<PackedEntry, Identity> table_;
  Stats stats_;
  Sieve sieve_{0};
  std::uint64_t weight_ = 0;
  std::uint64_t capacity_ = 0;
  Deadlines deadlines_;  // of the entries that have one
  bool shows_replaced_ = false;
};

}  // namespace contend::cache
