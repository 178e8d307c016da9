#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// A hit sets one bit under a shared lock; to evict, a hand clears bits and takes the first entry whose bit is clear.
constexpr Contract contract =
    Contract{
        .technique = "second_chance",
        .summary =
            "shards under reader-writer locks; a hit sets one bit; a hand gives entries that were hit a second chance",
        .source = "CLOCK (Corbato, 1968)",
    }
        .within(sharded_contract);

const bool registered = register_implementation<Cache, ShardedCache<ClockPolicy>>(
    "clock", contract, {.order = EvictionOrder::approximate, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
