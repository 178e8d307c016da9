#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/striped_buckets.hpp"

namespace contend::rate_limiter {
namespace {

// Buckets dealt over a fixed number of tables by the hash of their name, each table with its own mutex. A request of
// several dimensions holds all the stripes it needs, taken in ascending order, and so is atomic without a deadlock.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary = "hash tables with a mutex each, chosen by the bucket's hash; several stripes in ascending order",
        .shared_state = "stripes: each a table of buckets; next_stripe_: where cleanup goes on",
        .protected_by =
            "stripe.mutex guards stripe.table; several in ascending order of index, each once; sweeping_ first",
        .claim_point = "the charge, while all stripes of the request are held",
        .ordering = "decisions that share a stripe are ordered by its mutex",
        .progress = "blocking, also between buckets that share only a stripe; cleanup holds one stripe at a time",
        .complexity = "acquire O(1) expected and one lock, acquire_all one lock per stripe, cleanup O(budget)",
        .memory = "32 stripes; a hash node with the key for each bucket charged since it was last swept full",
        .source = "lock striping (Java's ConcurrentHashMap before version 8)",
    }
        .within(whole_charges);

class StripedLimiter final : public RateLimiter {
 public:
  explicit StripedLimiter(const Options& options) : quotas_(make_quotas(options)) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    return buckets_.decide(quotas_, charges, clamp_time(now_ns));
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    return buckets_.cleanup(quotas_, budget, clamp_time(now_ns));
  }
  std::size_t tracked() override { return buckets_.size(); }

 private:
  const Quotas quotas_;
  StripedBuckets buckets_;
};

const bool registered = register_implementation<RateLimiter, StripedLimiter>("striped", contract);

}  // namespace
}  // namespace contend::rate_limiter
