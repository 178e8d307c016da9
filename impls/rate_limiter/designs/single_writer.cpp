#include "impls/base/registry.hpp"
#include "impls/rate_limiter/sequential/delegated_limiter.hpp"
#include "impls/sync/delegation/owner_thread.hpp"

namespace contend::rate_limiter {
namespace {

// One thread owns all buckets; everybody else sends it requests and waits. Exact, and in the order of arrival, at the
// price of one hand-over between threads for each decision.
constexpr Contract contract{
    .technique = "actor",
    .summary = "one thread owns all buckets and works through a mailbox",
    .shared_state = "the mailbox; the limiter is touched by its owner alone",
    .protected_by = "ownership: only the owner thread reads or writes the limiter",
    .claim_point = "the push into the mailbox fixes the order; the charge is the owner's",
    .ordering = "a caller's writes are visible to the owner, and the owner's to the caller when it is answered",
    .progress = "blocking: a stalled owner stalls everybody; a full mailbox makes callers wait for room",
    .shutdown = "the destructor answers what is queued, then joins the owner; no call may begin after that",
    .failure = "an exception of the work reaches its caller; every bucket stays as it was",
    .complexity = "acquire O(1) expected plus one hand-over between threads",
    .memory = "a mailbox of 1024 pointers; a hash node for each bucket charged since it was last swept full",
    .source = "actor model (Hewitt, 1973); Gubernator gives each key one owner",
};

const bool registered = register_implementation<RateLimiter, DelegatedLimiter<OwnerThread>>("single_writer", contract);

}  // namespace
}  // namespace contend::rate_limiter
