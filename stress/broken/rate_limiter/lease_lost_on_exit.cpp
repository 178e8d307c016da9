#include <algorithm>
#include <atomic>

#include "stress/broken/rate_limiter/forwarding_limiter.hpp"

namespace contend::rate_limiter {
namespace {

std::atomic<std::uint64_t> limiters{0};

// Each thread leases units of the first quota in advance and spends them by itself. What is left when it ends is gone.
class LeaseLostOnExit final : public ForwardingLimiter {
 public:
  explicit LeaseLostOnExit(const Options& options)
      : ForwardingLimiter(options),
        leased_(std::max<std::int64_t>(4, static_cast<std::int64_t>(options.quotas[0].capacity / 16))) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    struct Lease {
      std::uint64_t limiter = 0;
      std::int64_t units = 0;
    };
    thread_local Lease lease;
    if (charges.size() != 1 || charges[0].quota != 0 || charges[0].cost != 1) {
      return inner_->acquire_all(charges, now_ns);
    }
    if (lease.limiter != number_) lease = {number_, 0};
    if (lease.units > 0) {
      --lease.units;
      return {};
    }
    const Decision decision = inner_->acquire(charges[0].key, leased_, now_ns);
    if (decision.status == Status::allowed) lease.units = leased_ - 1;
    return decision;
  }

 private:
  const std::uint64_t number_ = ++limiters;
  const std::int64_t leased_;
};

const bool registered = register_broken<RateLimiter, LeaseLostOnExit>(
    {.name = "lease_lost_on_exit",
     .number = 27,
     .bug = "units leased to a thread vanish with it",
     .rule = "what is taken from a bucket can be spent",
     .caught_by = "quota",
     .guarantees = {.atomic_dimensions = true, .stranded_part = 0.02, .supports = {true, true, true, true}}});

}  // namespace
}  // namespace contend::rate_limiter
