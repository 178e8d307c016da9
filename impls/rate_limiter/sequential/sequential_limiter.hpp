#pragma once

#include "impls/rate_limiter/buckets/bucket_table.hpp"

namespace contend::rate_limiter {

// The rate limiter without any synchronisation: what `reference` puts under one lock, a single writer owns, and a
// combiner works on. Same meaning and complexity as RateLimiter.
class SequentialLimiter {
 public:
  explicit SequentialLimiter(const RateLimiter::Options& options) : quotas_(make_quotas(options)) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    BucketsIn buckets([this](const BucketName&) -> BucketTable& { return table_; });
    return decide_alone(quotas_, charges, clamp_time(now_ns), buckets);
  }
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) { return table_.sweep(quotas_, budget, clamp_time(now_ns)); }
  std::size_t tracked() const { return table_.size(); }

 private:
  const Quotas quotas_;
  BucketTable table_;
};

}  // namespace contend::rate_limiter
