#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// Most keys are asked for once: they pass through a small queue and go, and only what is hit there, or comes back soon,
// gets to the main one. A hit counts up to three under a shared lock.
constexpr Contract contract{
    .technique = "s3_fifo",
    .summary =
        "shards under reader-writer locks; a small queue for what is new, a main one for what was hit, ghosts for what "
        "left",
    .shared_state = "shards_: tables of entries; loads in flight; counters of a few threads each",
    .protected_by = "shard.mutex guards shard.table; a key's flight stripe its loads; the stripe is taken first",
    .claim_point = "the entry in the shard under its lock; a load: its place among the flights",
    .ordering = "operations on one shard are ordered by its lock; hits set bits, relaxed, that only guide eviction",
    .progress = "blocking: gets of a shard go side by side and wait for its writers; a stalled writer delays its shard",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed outside the locks",
    .source = "S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023)",
};

const bool registered = register_implementation<Cache, ShardedCache<S3FifoPolicy>>(
    "s3_fifo", contract, {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
