#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/sequential_limiter.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::rate_limiter {
namespace {

// One mutex around the sequential limiter: several dimensions are atomic for nothing.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex around the sequential limiter: the oracle for the others and the yardstick for their speed",
    .shared_state = "limiter_: all buckets of all quotas",
    .protected_by = "mutex_ guards all of it; one lock, so there is no lock order and no deadlock",
    .claim_point = "the charge inside the critical section",
    .ordering = "the mutex orders all decisions; each sees all earlier ones",
    .progress = "blocking: a stalled lock holder delays everybody; cleanup holds the lock for its budget",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves every bucket as it was",
    .complexity = "acquire O(1) expected, acquire_all O(dimensions squared), cleanup O(budget)",
    .memory = "a hash node with the key for each bucket charged since it was last swept full",
    .source = "monitor (Hoare, 1974)",
};

class ReferenceLimiter final : public RateLimiter {
 public:
  explicit ReferenceLimiter(const Options& options) : limiter_(options) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return limiter_.acquire_all(charges, now_ns);
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return limiter_.cleanup(budget, now_ns);
  }
  std::size_t tracked() override {
    const MutexLock lock(mutex_);
    return limiter_.tracked();
  }

 private:
  Mutex mutex_{{"limiter", 0}};
  SequentialLimiter limiter_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<RateLimiter, ReferenceLimiter>("reference", contract);

}  // namespace
}  // namespace contend::rate_limiter
