#include "impls/base/registry.hpp"
#include "impls/rate_limiter/sequential/delegated_limiter.hpp"
#include "impls/sync/delegation/flat_combiner.hpp"

namespace contend::rate_limiter {
namespace {

// Callers publish their requests, and the one that gets the combiner's lock decides all that are published: under
// contention the hot bucket stays in one core's cache, and the lock changes hands once per collection.
constexpr Contract contract =
    Contract{
        .technique = "flat_combining",
        .summary = "callers publish requests; whoever holds the one lock decides all that are published",
        .shared_state =
            "the stack of published requests and the combiner's flag; the limiter, touched by combiners alone",
        .protected_by = "the combiner's flag guards the limiter; requests belong to their callers until published",
        .claim_point = "the turn in the combiner's collection",
        .ordering = "publication by release CAS, collection by acquire exchange; the flag hands the limiter on",
        .progress = "blocking: a stalled combiner stalls everybody; it retires after 8 collections",
        .failure = "an exception of the work reaches its own caller; every bucket stays as it was",
        .complexity =
            "acquire O(1) expected plus one publication; a combiner also pays for up to 8 collections of others",
        .memory = "requests live on callers' stacks; a hash node for each bucket charged since it was last swept full",
        .source = "flat combining (Hendler, Incze, Shavit and Tzafrir, SPAA 2010)",
    }
        .within(without_threads);

const bool registered =
    register_implementation<RateLimiter, DelegatedLimiter<FlatCombiner>>("flat_combining", contract);

}  // namespace
}  // namespace contend::rate_limiter
