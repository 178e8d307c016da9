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

const bool registered = register_broken_limiter<PartialCharge>(
    "partial_charge", 24, "a dimension refuses, and those before it are not given back", "all or nothing", "quota");

}  // namespace
}  // namespace contend::rate_limiter
