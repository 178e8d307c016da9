#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// A hit sets one bit under a shared lock. The hand walks from the oldest to the newest, clears bits, and takes the
// first entry without one; who stays keeps his place, so that what is new must prove itself first.
constexpr Contract contract{
    .technique = "sieve",
    .summary =
        "shards under reader-writer locks; a hit sets one bit; a hand walks from old to new and takes who has none",
    .shared_state = "shards_: tables of entries; loads in flight; counters of a few threads each",
    .protected_by = "shard.mutex guards shard.table; a key's flight stripe its loads; the stripe is taken first",
    .claim_point = "the entry in the shard under its lock; a load: its place among the flights",
    .ordering = "operations on one shard are ordered by its lock; hits set bits, relaxed, that only guide eviction",
    .progress = "blocking: gets of a shard go side by side and wait for its writers; a stalled writer delays its shard",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed outside the locks",
    .source = "SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI 2024)",
};

const bool registered =
    register_implementation<Cache, ShardedCache<SievePolicy>>("sieve", contract, {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
