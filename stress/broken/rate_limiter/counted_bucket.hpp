#pragma once

#include "stress/broken/rate_limiter/forwarding_limiter.hpp"

namespace contend::rate_limiter {

// A limiter that counts the units of its first quota's only key itself, the way one writes it first: so many units, as
// of such a time. `Counter` is constructible from a Quota and has
//
//   bool take(std::int64_t cost, TimeNs now_ns)
//   std::int64_t units()
template <class Counter>
class CountedBucket final : public ForwardingLimiter {
 public:
  explicit CountedBucket(const Options& options) : ForwardingLimiter(options), counter_(options.quotas[0]) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (charges.size() != 1 || charges[0].quota != 0) return inner_->acquire_all(charges, now_ns);
    const bool allowed = counter_.take(charges[0].cost, now_ns);
    const auto remaining = static_cast<std::uint64_t>(std::max<std::int64_t>(counter_.units(), 0));
    return {allowed ? Status::allowed : Status::limited, 0, remaining, 0};
  }

 private:
  Counter counter_;
};

}  // namespace contend::rate_limiter
