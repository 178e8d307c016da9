#pragma once

#include <memory>
#include <vector>

#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/table/table.hpp"

namespace contend::cache {

// Of shards whose hits are shared; where they are not, the design says so.
inline constexpr Contract sharded_contract =
    Contract{
        .shared_state = "shards_: tables of entries; loads in flight; counters of a few threads each",
        .protected_by = "shard.mutex guards shard.table; a key's flight stripe its loads; the stripe is taken first",
        .ordering = "operations on one shard are ordered by its lock; hits set bits, relaxed, that only guide eviction",
        .progress =
            "blocking: gets of a shard go side by side; a put waits for the gets that are in and for earlier puts, and "
            "new gets wait behind it; a stalled writer delays its shard",
        .memory = "a node with two strings an entry, and a bucket; freed outside the locks",
    }
        .within(front_contract);

// Tables of one policy, dealt over by the hash of the key, each with its own lock and its part of the capacity; one
// table where the capacity is small. A put makes room in its own shard: it may evict what another shard would have kept,
// and leaves alone what has expired there. What that costs in hits is in the README. Where hits may be shared, a get takes the lock shared and writes at most a few
// bits of the entry.
template <class Policy>
class ShardedCache final : public SharedFront {
 public:
  explicit ShardedCache(const Options& options) : SharedFront(options) {
    const std::size_t count = options.capacity < sharded_capacity ? 1 : most_shards;
    for (std::size_t i = 0; i < count; ++i) shards_.push_back(std::make_unique<Shard>(options.capacity / count));
  }

  Size size() override {
    Size sum;
    for (const auto& shard : shards_) {
      const WriterLock lock(shard->mutex);
      const Size part = shard->table.size();
      sum.entries += part.entries;
      sum.weight += part.weight;
    }
    return sum;
  }
  std::uint64_t largest_weight() const override { return options_.capacity / shards_.size(); }

 private:
  static constexpr std::size_t most_shards = 16;
  struct alignas(cache_line_bytes) Shard {
    explicit Shard(std::uint64_t capacity) : table(capacity) {}
    SharedMutex mutex{{"cache shard", 0}};
    Table<Policy> table GUARDED_BY(mutex);
  };

  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    Shard& shard = shard_of(key);
    if constexpr (Policy::shared_hits) {
      const ReaderLock lock(shard.mutex);
      bool met_expired = false;
      const bool hit = shard.table.peek(key, now_ns, value, met_expired);
      if (!met_expired) return hit;
    }
    const WriterLock lock(shard.mutex);
    return shard.table.get(key, now_ns, value, removed);
  }
  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    Shard& shard = shard_of(key);
    const WriterLock lock(shard.mutex);
    return shard.table.put(key, value, weight, deadline_ns, now_ns, removed);
  }
  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    Shard& shard = shard_of(key);
    const WriterLock lock(shard.mutex);
    return shard.table.erase(key, now_ns, removed);
  }
  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    CleanupAnswer total;
    for (const auto& shard : shards_) {
      const WriterLock lock(shard->mutex);
      const CleanupAnswer part = shard->table.cleanup(budget - total.removed, now_ns, removed);
      total.removed += part.removed;
      total.more = total.more || part.more;
    }
    return total;
  }

  Shard& shard_of(std::string_view key) { return *shards_[mix_bits(hash_bytes(key)) % shards_.size()]; }

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace contend::cache
