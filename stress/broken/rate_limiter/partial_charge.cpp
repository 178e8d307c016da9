#include "stress/broken/rate_limiter/forwarding_limiter.hpp"

namespace contend::rate_limiter {
namespace {

// The dimensions are charged one after the other, and when one refuses, those before it stay charged.
class PartialCharge final : public ForwardingLimiter {
 public:
  using ForwardingLimiter::ForwardingLimiter;

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    Decision decision;
    for (std::size_t i = 0; i < charges.size() && decision.status == Status::allowed; ++i) {
      decision = inner_->acquire_all(charges.subspan(i, 1), now_ns);
    }
    return decision;
  }
};

const bool registered =
    register_broken<RateLimiter, PartialCharge>({.name = "partial_charge",
                                                 .number = 24,
                                                 .bug = "a dimension refuses, and those before it are not given back",
                                                 .rule = "all or nothing",
                                                 .caught_by = "quota"});

}  // namespace
}  // namespace contend::rate_limiter
