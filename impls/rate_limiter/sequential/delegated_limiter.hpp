#pragma once

#include "impls/rate_limiter/sequential/sequential_limiter.hpp"
#include "impls/sync/delegation/delegated.hpp"

namespace contend::rate_limiter {

// The sequential limiter, worked on by an executor: who runs the work, and when, is all in which such designs differ.
template <class Executor>
class DelegatedLimiter final : public RateLimiter {
 public:
  explicit DelegatedLimiter(const Options& options) : state_(options) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    return state_.call([&](auto& limiter) { return limiter.acquire_all(charges, now_ns); });
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    return state_.call([&](auto& limiter) { return limiter.cleanup(budget, now_ns); });
  }
  std::size_t tracked() override {
    return state_.call([](auto& limiter) { return limiter.tracked(); });
  }

 private:
  Delegated<SequentialLimiter, Executor> state_;
};

}  // namespace contend::rate_limiter
