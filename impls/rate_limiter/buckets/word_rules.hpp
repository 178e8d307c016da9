#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {

// The generic cell rate algorithm for token buckets that a single word holds: the time at which the bucket will be full, since
// the least time that there is. That works where a unit comes back in whole nanoseconds, or in halves, which then are
// what is counted in: finer parts of all times that there are do not fit.
//
// Exact, as QuotaRules is. O(1), and nothing is divided: what is asked for with each call is multiplied by a reciprocal
// made beforehand. No synchronisation.
class WordRules {
 public:
  static constexpr std::uint64_t full = 0;  // at every time
  // No state is greater: twice the range of times, and what an empty bucket fills in, in halves of a nanosecond.
  static constexpr std::uint64_t greatest = 6 * static_cast<std::uint64_t>(max_limiter_time_ns);

  explicit WordRules(const Quota& quota) {
    const auto period = static_cast<std::uint64_t>(quota.period_ns);
    if (quota.algorithm != Algorithm::token_bucket || quota.refill == 0) return;
    const std::uint64_t parts = quota.refill / std::gcd(quota.refill, period);
    if (parts > 2) return;
    halves_ = static_cast<unsigned>(parts) - 1;
    interval_ = period * parts / quota.refill;
    whole_ = interval_ * quota.capacity;
    reciprocal_ = std::numeric_limits<std::uint64_t>::max() / interval_;
  }

  // Whether a word holds buckets of this quota; else nothing below may be asked.
  bool fit() const noexcept { return interval_ != 0; }

  // What there is to take, and until when it has to be known whether that is enough.
  struct View {
    std::uint64_t from;  // when it will be full, or now
    std::uint64_t room;  // what could be taken, as time
    std::uint64_t end;   // when it would be full if it were empty now
  };
  View view(std::uint64_t state, TimeNs now_ns) const noexcept {
    const std::uint64_t now = time_of(now_ns);
    const std::uint64_t from = std::max(state, now);
    const std::uint64_t end = now + whole_;
    return {from, end > from ? end - from : 0, end};
  }
  // Requires cost <= capacity.
  bool enough(const View& view, std::uint64_t cost) const noexcept { return cost * interval_ <= view.room; }
  // The state after that charge. Requires enough.
  std::uint64_t charged(const View& view, std::uint64_t cost) const noexcept { return view.from + cost * interval_; }
  std::uint64_t available(const View& view) const noexcept { return units_in(view.room); }
  // What is available after a charge. Requires enough.
  std::uint64_t left(const View& view, std::uint64_t cost) const noexcept {
    return units_in(view.room - cost * interval_);
  }
  // Requires not enough, and cost <= capacity.
  DurationNs wait_for(const View& view, std::uint64_t cost) const noexcept {
    return static_cast<DurationNs>((view.from - (view.end - cost * interval_) + halves_) >> halves_);
  }
  bool is_full(std::uint64_t state, TimeNs now_ns) const noexcept { return state <= time_of(now_ns); }

 private:
  std::uint64_t time_of(TimeNs now_ns) const noexcept {
    return static_cast<std::uint64_t>(now_ns + max_limiter_time_ns) << halves_;
  }
  // time / interval_. The product with the reciprocal is less than that by one at most: time is below 2^64, and the
  // reciprocal, as a part of 2^64, is less than it should be by one at most.
  std::uint64_t units_in(std::uint64_t time) const noexcept {
    const auto units = static_cast<std::uint64_t>(static_cast<unsigned __int128>(time) * reciprocal_ >> 64);
    return units + (time - units * interval_ >= interval_ ? 1 : 0);
  }

  std::uint64_t interval_ = 0;  // in which one unit comes back; 0: no word holds this quota
  std::uint64_t whole_ = 0;     // in which an empty bucket fills
  std::uint64_t reciprocal_ = 0;
  unsigned halves_ = 0;  // 1: times are counted in halves of a nanosecond
};

}  // namespace contend::rate_limiter
