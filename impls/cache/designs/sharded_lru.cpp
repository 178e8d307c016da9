#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// Sixteen exact LRU caches side by side. A hit moves its entry to the front of the shard's queue, so hits of one shard
// exclude each other; skew between shards costs hits.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary = "an exact LRU per shard, each with its own lock and its part of the capacity",
        .ordering = "operations on one shard are ordered by its lock",
        .progress = "blocking: a stalled holder delays its shard; no lock is held while another shard is touched",
        .source = "sharding as in golang-lru and memcached",
    }
        .within(sharded_contract);

const bool registered = register_implementation<Cache, ShardedCache<LruPolicy>>(
    "sharded_lru", contract, {.order = EvictionOrder::sharded_lru, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
