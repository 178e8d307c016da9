#include "impls/base/registry.hpp"
#include "impls/cache/front/delegated_cache.hpp"
#include "impls/sync/owner_thread.hpp"

namespace contend::cache {
namespace {

// One thread owns the table and its queue; everybody else sends it work and waits.
constexpr Contract contract{
    .technique = "actor",
    .summary = "one thread owns an exact LRU and works through a mailbox",
    .shared_state = "the mailbox; the table is touched by its owner alone; loads in flight",
    .protected_by = "ownership: only the owner thread touches the table; a flight stripe guards its loads",
    .claim_point = "the push into the mailbox fixes the order; a load: its place among the flights",
    .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
    .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
    .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected and one hand-over; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed by the callers",
    .source = "actor model (Hewitt, 1973)",
};

const bool registered = register_implementation<Cache, DelegatedCache<OwnerThread>>("single_writer", contract);

}  // namespace
}  // namespace contend::cache
