#include "impls/crawler/politeness/retry.hpp"

#include <algorithm>
#include <charconv>

#include "impls/base/ascii.hpp"
#include "impls/base/hashing.hpp"
#include "impls/crawler/politeness/http_date.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs second_ns = 1'000'000'000;

// Uniform in [0, limit], from the seed, the URL and the attempt alone.
DurationNs jitter_ns(DurationNs limit_ns, std::uint64_t seed, const Url& url, std::uint32_t attempt) {
  const std::uint64_t bits = hash_number(attempt, hash_bytes(url.text(), seed));
  return static_cast<DurationNs>(bits % (static_cast<std::uint64_t>(limit_ns) + 1));
}

}  // namespace

std::optional<DurationNs> retry_after_ns(std::string_view retry_after, std::string_view date,
                                         std::int64_t wall_seconds) {
  // More than fits is for ever.
  const auto in_ns = [](std::int64_t seconds) {
    DurationNs wait_ns = forever;
    return __builtin_mul_overflow(seconds, second_ns, &wait_ns) ? forever : wait_ns;
  };
  if (!retry_after.empty() && std::ranges::all_of(retry_after, is_digit)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
    return read.ec == std::errc() ? in_ns(seconds) : forever;
  }
  const std::int64_t now = http_date_seconds(date, wall_seconds).value_or(wall_seconds);
  const auto until = http_date_seconds(retry_after, now);
  if (!until) return std::nullopt;
  return in_ns(std::max<std::int64_t>(0, *until - now));
}

std::optional<DurationNs> retry_wait_ns(const RetryPolicy& policy, std::uint64_t seed, const Url& url,
                                        std::uint32_t attempt, const FetchResponse& response) {
  if (attempt + 1 >= policy.attempts) return std::nullopt;
  if (response.error == FetchError::stopped || response.error == FetchError::failed) return std::nullopt;
  if (response.error != FetchError::none) {
    if (!policy.network_errors) return std::nullopt;
  } else {
    if (std::ranges::find(policy.statuses, response.status) == policy.statuses.end()) return std::nullopt;
    if (const auto told = retry_after_ns(response.retry_after, response.date, wall_clock_seconds())) {
      return *told > policy.longest_retry_after_ns ? std::nullopt : told;
    }
  }
  const DurationNs limit_ns =
      attempt < 62 && policy.base_ns <= (policy.cap_ns >> attempt) ? policy.base_ns << attempt : policy.cap_ns;
  return jitter_ns(limit_ns, seed, url, attempt);
}

}  // namespace contend::crawler
