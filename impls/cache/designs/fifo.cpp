#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// A hit writes nothing of the entry at all, and what came first goes first, however often it was asked for: the least
// that a policy can do, and what every other has to beat for the writes of its hits.
constexpr Contract contract =
    Contract{
        .technique = "fifo",
        .summary = "shards under reader-writer locks; a hit writes nothing of the entry; what came first goes first",
        .ordering = "operations on one shard are ordered by its lock",
        .source = "first in, first out (Belady, 1966, compares it)",
    }
        .within(sharded_contract);

const bool registered = register_implementation<Cache, ShardedCache<FifoPolicy>>(
    "fifo", contract, {.order = EvictionOrder::approximate, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
