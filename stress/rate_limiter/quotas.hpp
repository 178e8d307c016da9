#pragma once

#include <cstdint>
#include <vector>

#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/driver/attack.hpp"

namespace contend::rate_limiter {

// `refill` is for the token bucket; windows give their capacity back.
inline Quota quota_of(Algorithm algorithm, std::uint64_t capacity, std::uint64_t refill, DurationNs period_ns) {
  return {algorithm, capacity, algorithm == Algorithm::token_bucket ? refill : capacity, period_ns};
}

inline std::vector<Algorithm> supported(const Subject<RateLimiter>& subject) {
  std::vector<Algorithm> algorithms;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (subject.guarantees.supports[i]) algorithms.push_back(static_cast<Algorithm>(i));
  }
  return algorithms;
}

// Whether the whole decision can be compared, to the nanosecond.
inline bool tells_all(const Guarantees& guarantees) {
  return guarantees.tolerance_ns == 0 && guarantees.offered.has({Part::retry_after, Part::remaining, Part::cleanup});
}

}  // namespace contend::rate_limiter
