#include "impls/base/registry.hpp"
#include "impls/kv_store/table/delegated_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/sync/delegation/owner_thread.hpp"

namespace contend::kv_store {
namespace {

// One thread owns the table; everybody else sends it work and waits. No lock, no race, no deadlock, at the price of one
// hand-over between threads per operation.
constexpr Contract contract{
    .technique = "actor",
    .summary = "one thread owns a hash table and works through a mailbox",
    .shared_state = "the mailbox; the table is touched by its owner alone",
    .protected_by = "ownership: only the owner thread reads or writes the table",
    .claim_point = "the push into the mailbox fixes the order; the insertion by the owner decides put_if_absent",
    .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
    .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
    .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
    .failure = "bad_alloc on the owner thread reaches the caller, whose operation has not happened; so with a commit",
    .complexity = "point operations O(1) expected plus one hand-over; creating a key O(log n); scan O(log n + results)",
    .memory = "a mailbox of 1024 pointers; a node with two strings per entry; a snapshot copies all",
    .source = "actor model (Hewitt, 1973); Redis serves its data this way",
};

const bool registered =
    register_implementation<Store, DelegatedStore<HashedTable, OwnerThread>>("single_writer", contract);

}  // namespace
}  // namespace contend::kv_store
