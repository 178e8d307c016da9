#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// Sixteen exact LRU caches side by side. A hit moves its entry to the front of the shard's queue, so hits of one shard
// exclude each other; skew between shards costs hits.
constexpr Contract contract{
    .technique = "striped",
    .summary = "an exact LRU per shard, each with its own lock and its part of the capacity",
    .shared_state = "shards_: tables of entries; loads in flight; counters of a few threads each",
    .protected_by = "shard.mutex guards shard.table; a key's flight stripe its loads; the stripe is taken first",
    .claim_point = "the entry in the shard under its lock; a load: its place among the flights",
    .ordering = "operations on one shard are ordered by its lock",
    .progress = "blocking: a stalled holder delays its shard; no lock is held while another shard is touched",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed outside the locks",
    .source = "sharding as in golang-lru and memcached",
};

const bool registered = register_implementation<Cache, ShardedCache<LruPolicy>>("sharded_lru", contract,
                                                                                {.order = EvictionOrder::sharded_lru});

}  // namespace
}  // namespace contend::cache
