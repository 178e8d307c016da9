#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// A hit sets one bit under a shared lock. The hand walks from the oldest to the newest, clears bits, and evicts
// the first entry whose bit is clear; an entry that stays keeps its place, so new entries must prove themselves first.
constexpr Contract contract =
    Contract{
        .technique = "sieve",
        .summary =
            "shards under reader-writer locks; a hit sets one bit; a hand walks from old to new and evicts the first "
            "entry whose bit is clear",
        .source = "SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI 2024)",
    }
        .within(sharded_contract);

const bool registered = register_implementation<Cache, ShardedCache<SievePolicy>>(
    "sieve", contract, {.order = EvictionOrder::approximate, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
