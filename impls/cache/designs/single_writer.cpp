#include "impls/base/registry.hpp"
#include "impls/cache/front/delegated_cache.hpp"
#include "impls/sync/delegation/owner_thread.hpp"

namespace contend::cache {
namespace {

// One thread owns the table and its queue; everybody else sends it work and waits.
constexpr Contract contract =
    Contract{
        .technique = "actor",
        .summary = "one thread owns an exact LRU and works through a mailbox",
        .shared_state = "the mailbox; the table is touched by its owner alone; loads in flight",
        .protected_by = "ownership: only the owner thread touches the table; a flight stripe guards its loads",
        .claim_point = "the push into the mailbox fixes the order; a load: its place among the flights",
        .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
        .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
        .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
        .source = "actor model (Hewitt, 1973)",
    }
        .within(handed_over_contract);

const bool registered = register_implementation<Cache, DelegatedCache<OwnerThread>>("single_writer", contract);

}  // namespace
}  // namespace contend::cache
