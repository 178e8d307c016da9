#include "impls/base/registry.hpp"
#include "impls/cache/front/delegated_cache.hpp"
#include "impls/sync/delegation/flat_combiner.hpp"

namespace contend::cache {
namespace {

// An exact LRU whose lock changes hands once per collection instead of once per hit: the queue stays in one core's
// cache.
constexpr Contract contract =
    Contract{
        .technique = "flat_combining",
        .summary = "callers publish their work; whoever holds the one lock does all that is published",
        .shared_state =
            "the stack of published requests and the combiner's flag; the table, touched by combiners alone; loads in "
            "flight",
        .protected_by = "the combiner's flag guards the table; a key's flight stripe its loads, and is taken first",
        .claim_point = "the turn in the combiner's collection; a load: its place among the flights",
        .ordering = "publication by release CAS, collection by acquire exchange; the flag hands the table on",
        .progress = "blocking: a stalled combiner stalls everybody; it retires after 8 collections",
        .source = "flat combining (Hendler et al., SPAA 2010); CacheLib combines its LRU lists",
    }
        .within(handed_over_contract);

const bool registered = register_implementation<Cache, DelegatedCache<FlatCombiner>>("flat_combining", contract);

}  // namespace
}  // namespace contend::cache
