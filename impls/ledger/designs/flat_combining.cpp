#include "impls/base/registry.hpp"
#include "impls/ledger/sequential/delegated_ledger.hpp"
#include "impls/sync/delegation/flat_combiner.hpp"

namespace contend::ledger {
namespace {

// Callers publish their commands, and the one that gets the combiner's lock runs all that are published: a coarse lock
// whose holder does the others' work too. Under contention the accounts stay in one core's cache and the lock changes
// hands once per collection instead of once per command; nothing can deadlock.
constexpr Contract contract =
    Contract{
        .technique = "flat_combining",
        .summary = "callers publish commands; whoever holds the one lock runs all that are published",
        .shared_state =
            "the stack of published requests and the combiner's flag; the ledger, touched by combiners alone",
        .protected_by = "the combiner's flag guards the ledger; requests belong to their callers until published",
        .claim_point = "the turn in the combiner's collection: the key is claimed when its command is run",
        .ordering = "publication by release CAS, collection by acquire exchange; the flag hands the ledger on",
        .progress =
            "blocking: a stalled combiner stalls everybody; it retires after 8 collections, so nobody combines for "
            "ever",
        .failure = "an exception of the work reaches its own caller; the ledger stays as it was",
        .complexity =
            "transfer O(1) expected plus one publication; a combiner also pays for up to 8 collections of others",
        .memory =
            "requests live on callers' stacks; one journal record and two entries per transfer, one record per key",
        .source = "flat combining (Hendler, Incze, Shavit and Tzafrir, SPAA 2010)",
    }
        .within(without_threads);

const bool registered = register_implementation<Ledger, DelegatedLedger<FlatCombiner>>("flat_combining", contract);

}  // namespace
}  // namespace contend::ledger
