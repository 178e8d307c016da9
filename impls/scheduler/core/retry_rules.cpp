#include "impls/scheduler/core/retry_rules.hpp"

#include <cmath>

#include "impls/base/hashing.hpp"

namespace contend::scheduler {

DurationNs longest_retry_delay(const RetryPolicy& retry, std::uint32_t attempt) {
  // Exact where nothing is to be multiplied; and 0 * infinity is no number, while no wait at all stays none.
  if (retry.base_ns == 0 || retry.factor == 1 || attempt == 1) return retry.base_ns;
  // An infinity, and whatever else no duration can hold, is above every cap.
  const double delay_ns = static_cast<double>(retry.base_ns) * std::pow(retry.factor, attempt - 1.0);
  return delay_ns < static_cast<double>(retry.cap_ns) ? static_cast<DurationNs>(delay_ns) : retry.cap_ns;
}

DurationNs retry_delay(const RetryPolicy& retry, std::uint64_t seed, TaskId task, std::uint32_t attempt) {
  const std::uint64_t drawn = mix_bits(mix_bits(seed) + mix_bits(std::uint64_t{task} << 32 | attempt));
  const auto longest_ns = static_cast<unsigned __int128>(longest_retry_delay(retry, attempt));
  return static_cast<DurationNs>((longest_ns + 1) * drawn >> 64);
}

}  // namespace contend::scheduler
