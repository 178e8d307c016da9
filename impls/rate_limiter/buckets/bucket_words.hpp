#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "impls/rate_limiter/rules/quota_rules.hpp"

namespace contend::rate_limiter {

// A bucket in two words, which can be exchanged as one. All algorithms but the sliding log, whose state has no bound.
struct BucketWords {
  TimeNs at = 0;
  std::uint64_t units = 0;

  bool operator==(const BucketWords&) const = default;
};

// A span of time in 32 bits: 26 of them exact, and how many more there were. Rounded down: span_of(rounded_span(x)) <= x.
inline constexpr int exact_span_bits = 26;
constexpr std::uint64_t rounded_span(DurationNs span_ns) {
  const auto span = static_cast<std::uint64_t>(span_ns);
  const int more = std::max(static_cast<int>(std::bit_width(span)) - exact_span_bits, 0);
  return static_cast<std::uint64_t>(more) << exact_span_bits | span >> more;
}
constexpr DurationNs span_of(std::uint64_t rounded) {
  const std::uint64_t exact = rounded & ((std::uint64_t{1} << exact_span_bits) - 1);
  return static_cast<DurationNs>(exact << (rounded >> exact_span_bits));
}

// The sliding counter has two counts in the second word; the token bucket the part of a nanosecond, and how long before
// `at` it was charged last. As that is rounded down, the charge rather seems later than it was: then less is given back.
inline BucketWords pack(const Quota& quota, const Bucket& bucket) {
  if (quota.refill == 0 || quota.algorithm == Algorithm::fixed_window) return {bucket.at, bucket.taken};
  if (quota.algorithm == Algorithm::sliding_counter) return {bucket.at, bucket.part << 32 | bucket.taken};
  return {bucket.at, rounded_span(bucket.at - bucket.latest_charge()) << 32 | bucket.part};
}
inline Bucket unpack(const Quota& quota, const BucketWords& words) {
  Bucket bucket;
  bucket.at = words.at;
  if (quota.refill == 0 || quota.algorithm == Algorithm::fixed_window) {
    bucket.taken = words.units;
  } else if (quota.algorithm == Algorithm::sliding_counter) {
    bucket.part = words.units >> 32;
    bucket.taken = words.units & max_quota_units;
  } else {
    bucket.part = words.units & max_quota_units;
    bucket.taken = static_cast<std::uint64_t>(words.at - span_of(words.units >> 32));
  }
  return bucket;
}

}  // namespace contend::rate_limiter
