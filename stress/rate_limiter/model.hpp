#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {

// What rate_limiter.hpp says, written down a second time as plainly as can be, to judge the designs by. It shares no
// code with them and none of their representations: a token bucket is a level at a time, not the time at which it will
// be full; a wait is searched for, not solved for.

// One bucket. Units are counted in 1/period, so that nothing is ever rounded.
class ModelBucket {
 public:
  explicit ModelBucket(const Quota& quota) : quota_(quota) {}

  std::uint64_t available(TimeNs now_ns) const { return available_at(now_ns); }
  // The least wait after which `cost` units are available; forever where they never are.
  DurationNs wait_for(std::uint64_t cost, TimeNs now_ns) const;
  void charge(std::uint64_t cost, TimeNs now_ns);
  // The same as a bucket that nobody has charged, for callers that do not come with an earlier time.
  bool is_full(TimeNs now_ns) const;

  std::uint64_t fingerprint() const;

 private:
  using Wide = __int128;
  struct Spent {
    Wide at_ns = 0;
    std::uint64_t units = 0;
  };

  std::uint64_t available_at(Wide now_ns) const;
  // Of the token bucket at a time, in units / period; below zero at times before a charge.
  Wide level_at(Wide now_ns) const;
  Wide window_of(Wide now_ns) const;
  std::uint64_t spent_in(Wide window) const;
  bool gives_back() const { return quota_.refill > 0; }
  Wide capacity() const { return static_cast<Wide>(quota_.capacity); }
  Wide period() const { return static_cast<Wide>(quota_.period_ns); }

  Quota quota_;
  bool charged_ = false;
  Wide latest_ns_ = 0;        // window algorithms: the latest charge
  Wide level_ = 0;            // token bucket: in units / period, as of level_at_ns_
  Wide level_at_ns_ = 0;      // token bucket: the last charge
  std::vector<Spent> spent_;  // others: all charges that may still count, oldest first
};

// The answer to a request of which nothing is wrong but that it may come too early; charges the buckets if it is
// allowed. buckets[i] is charged costs[i].
Decision decide_by_model(std::span<ModelBucket* const> buckets, std::span<const std::uint64_t> costs, TimeNs now_ns);

// A whole limiter, for one caller at a time.
class ModelLimiter {
 public:
  explicit ModelLimiter(const RateLimiter::Options& options) : quotas_(options.quotas) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns);
  // Drops all buckets that are full; answers how many.
  std::size_t cleanup(TimeNs now_ns);
  std::size_t tracked() const { return buckets_.size(); }

 private:
  Decision find_error(std::span<const Charge> charges) const;

  std::vector<Quota> quotas_;
  std::map<std::pair<std::uint32_t, std::string>, ModelBucket> buckets_;
};

}  // namespace contend::rate_limiter
