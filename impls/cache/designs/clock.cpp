#include "impls/base/registry.hpp"
#include "impls/cache/front/sharded_cache.hpp"
#include "impls/cache/policies/eviction_policies.hpp"

namespace contend::cache {
namespace {

// A hit sets one bit under a shared lock; eviction turns a hand that clears bits and takes the first entry without one.
constexpr Contract contract =
    Contract{
        .technique = "second_chance",
        .summary = "shards under reader-writer locks; a hit sets one bit; a hand gives whoever was hit a second chance",
        .source = "CLOCK (Corbato, 1968)",
    }
        .within(sharded_contract);

const bool registered =
    register_implementation<Cache, ShardedCache<ClockPolicy>>("clock", contract, {.order = EvictionOrder::approximate});

}  // namespace
}  // namespace contend::cache
