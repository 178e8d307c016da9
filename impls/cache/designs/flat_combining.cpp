#include "impls/base/registry.hpp"
#include "impls/cache/front/delegated_cache.hpp"
#include "impls/sync/flat_combiner.hpp"

namespace contend::cache {
namespace {

// An exact LRU whose lock changes hands once per collection instead of once per hit: the queue stays in one core's
// cache.
constexpr Contract contract{
    .technique = "flat_combining",
    .summary = "callers publish their work; whoever holds the one lock does all that is published",
    .shared_state =
        "the stack of published requests and the combiner's flag; the table, touched by combiners alone; loads in "
        "flight",
    .protected_by = "the combiner's flag guards the table; a key's flight stripe its loads, and is taken first",
    .claim_point = "the turn in the combiner's collection; a load: its place among the flights",
    .ordering = "publication by release CAS, collection by acquire exchange; the flag hands the table on",
    .progress = "blocking: a stalled combiner stalls everybody; it retires after 8 collections",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected and one hand-over; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed by the callers",
    .source = "flat combining (Hendler et al., SPAA 2010); CacheLib combines its LRU lists",
};

const bool registered = register_implementation<Cache, DelegatedCache<FlatCombiner>>("flat_combining", contract);

}  // namespace
}  // namespace contend::cache
