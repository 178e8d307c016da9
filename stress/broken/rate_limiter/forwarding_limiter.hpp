#pragma once

#include <memory>

#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/driver/attack.hpp"

namespace contend::rate_limiter {

// A correct limiter behind which a broken one hides everything but its bug: it overrides what it breaks.
class ForwardingLimiter : public RateLimiter {
 public:
  explicit ForwardingLimiter(const Options& options)
      : inner_(Registry<RateLimiter>::instance().find("striped")->make(options)) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    return inner_->acquire_all(charges, now_ns);
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override { return inner_->cleanup(budget, now_ns); }
  std::size_t tracked() override { return inner_->tracked(); }

 protected:
  std::unique_ptr<RateLimiter> inner_;
};

}  // namespace contend::rate_limiter
