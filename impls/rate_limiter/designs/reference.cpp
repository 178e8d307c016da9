#include "impls/base/registry.hpp"
#include "impls/rate_limiter/sequential/delegated_limiter.hpp"

namespace contend::rate_limiter {
namespace {

// One mutex around the sequential limiter: requests of several dimensions are atomic at no extra cost.
constexpr Contract contract =
    Contract{
        .technique = "coarse_lock",
        .summary =
            "one mutex around the sequential limiter: the oracle for the others and the yardstick for their speed",
        .shared_state = "limiter_: all buckets of all quotas",
        .protected_by =
            "one mutex, that of the critical section, guards all of it, so there is no lock order and no deadlock",
        .claim_point = "the charge inside the critical section",
        .ordering = "the mutex orders all decisions; each sees all earlier ones",
        .progress = "blocking: a stalled lock holder delays everybody; cleanup holds the lock for its budget",
        .complexity = "acquire O(1) expected, acquire_all O(dimensions squared), cleanup O(budget)",
        .memory = "a hash node with the key for each bucket charged since it was last swept full",
        .source = "monitor (Hoare, 1974)",
    }
        .within(whole_charges);

const bool registered = register_implementation<RateLimiter, DelegatedLimiter<CriticalSection>>("reference", contract);

}  // namespace
}  // namespace contend::rate_limiter
