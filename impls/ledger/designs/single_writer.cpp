#include "impls/base/registry.hpp"
#include "impls/ledger/sequential/delegated_ledger.hpp"
#include "impls/sync/delegation/owner_thread.hpp"

namespace contend::ledger {
namespace {

// One thread owns the whole ledger; everybody else sends it work and waits. Nothing is shared, so nothing can deadlock
// or race, and the order of the mailbox is the order of the books. A batch travels as one message, which is what makes
// the hand-over worth its price.
constexpr Contract contract{
    .technique = "actor",
    .summary = "one thread owns the ledger and works through a mailbox; a batch is one message",
    .shared_state = "the mailbox; the ledger itself is touched by its owner alone",
    .protected_by = "ownership: only the owner thread reads or writes the ledger",
    .claim_point = "the push into the mailbox fixes the order; the key is claimed when the owner gets to it",
    .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
    .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
    .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
    .failure = "an exception of the work reaches its caller; the ledger stays as it was",
    .complexity = "transfer O(1) expected plus one hand-over between threads, per batch where commands come in batches",
    .memory = "a mailbox of 1024 pointers; one journal record and two entries per transfer, one record per key",
    .source = "actor model (Hewitt, 1973); LMAX and TigerBeetle run ledgers this way",
};

const bool registered = register_implementation<Ledger, DelegatedLedger<OwnerThread>>("single_writer", contract);

}  // namespace
}  // namespace contend::ledger
