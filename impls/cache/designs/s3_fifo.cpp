#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// Most keys are asked for once: they pass through a small queue and go, and only what is hit there, or comes back soon,
// gets to the main one. A hit counts up to three under a shared lock.
constexpr Contract contract =
    Contract{
        .technique = "s3_fifo",
        .summary =
            "shards under reader-writer locks; a small queue for what is new, a main one for what was hit, ghosts for "
            "what "
            "left",
        .memory =
            "a node with two strings an entry, and a bucket; a ghost of four words for each key that left the small "
            "queue, "
            "as many as weighed nine tenths of the capacity; freed outside the locks",
        .source = "S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023)",
    }
        .within(sharded_contract);

const bool registered = register_implementation<Cache, ShardedCache<S3FifoPolicy>>(
    "s3_fifo", contract, {.order = EvictionOrder::approximate, .room = Room::own_shard});

}  // namespace
}  // namespace contend::cache
