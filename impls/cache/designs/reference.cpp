#include "impls/base/registry.hpp"
#include "impls/cache/front/delegated_cache.hpp"

namespace contend::cache {
namespace {

// One mutex around a hash table and a queue in the order of use: exact LRU, in which a get writes too.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary = "one mutex around an exact LRU: the oracle for the others and the yardstick for their speed",
        .shared_state = "a table of entries in their order of use; loads in flight; counters of a few threads each",
        .protected_by =
            "one mutex, that of the critical section, guards the table; a key's flight stripe its loads, taken first",
        .claim_point = "the entry in the table under the lock; a load: its place among the flights",
        .ordering = "the mutex orders all operations; each sees all earlier ones",
        .progress = "blocking: a stalled lock holder delays everybody; who waits for a load waits for its loader",
        .memory = "a node with two strings an entry, and a bucket; freed outside the lock",
        .source = "LRU (Belady, 1966; Mattson et al., 1970)",
    }
        .within(front_contract);

const bool registered = register_implementation<Cache, DelegatedCache<CriticalSection>>("reference", contract);

}  // namespace
}  // namespace contend::cache
