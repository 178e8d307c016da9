#include "impls/crawler/politeness/retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include "impls/base/hashing.hpp"

namespace contend::crawler {
namespace {

constexpr DurationNs second_ns = 1'000'000'000;

// An HTTP date in its fixed form, as seconds since 1970.
std::optional<std::int64_t> seconds_of(std::string_view date) {
  std::tm parts{};
  std::istringstream in{std::string(date)};
  in.imbue(std::locale::classic());
  in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) return std::nullopt;
  return timegm(&parts);
}

// Uniform in [0, limit], from the seed, the URL and the attempt alone.
DurationNs jitter_ns(DurationNs limit_ns, std::uint64_t seed, const Url& url, std::uint32_t attempt) {
  const std::uint64_t bits = hash_number(attempt, hash_bytes(url.text(), seed));
  return static_cast<DurationNs>(bits % (static_cast<std::uint64_t>(limit_ns) + 1));
}

}  // namespace

std::optional<DurationNs> retry_after_ns(std::string_view retry_after, std::string_view date) {
  std::int64_t seconds = 0;
  const char* end = retry_after.data() + retry_after.size();
  if (const auto [stop, error] = std::from_chars(retry_after.data(), end, seconds);
      stop == end && !retry_after.empty()) {
    constexpr std::int64_t most = forever / second_ns;
    if (error != std::errc() || seconds > most) return forever;
    return seconds < 0 ? std::nullopt : std::optional(seconds * second_ns);
  }
  const auto until = seconds_of(retry_after);
  const auto now = seconds_of(date);
  if (!until || !now) return std::nullopt;
  return std::max<std::int64_t>(0, *until - *now) * second_ns;
}

std::optional<DurationNs> retry_wait_ns(const RetryPolicy& policy, std::uint64_t seed, const Url& url,
                                        std::uint32_t attempt, const FetchResponse& response) {
  if (attempt + 1 >= policy.attempts) return std::nullopt;
  if (response.error == FetchError::stopped || response.error == FetchError::failed) return std::nullopt;
  if (response.error != FetchError::none) {
    if (!policy.network_errors) return std::nullopt;
  } else {
    if (std::ranges::find(policy.statuses, response.status) == policy.statuses.end()) return std::nullopt;
    if (const auto told = retry_after_ns(response.retry_after, response.date)) {
      return *told > policy.longest_retry_after_ns ? std::nullopt : told;
    }
  }
  const DurationNs limit_ns =
      attempt < 62 && policy.base_ns <= (policy.cap_ns >> attempt) ? policy.base_ns << attempt : policy.cap_ns;
  return jitter_ns(limit_ns, seed, url, attempt);
}

}  // namespace contend::crawler
