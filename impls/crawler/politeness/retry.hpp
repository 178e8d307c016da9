#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "impls/crawler/crawler.hpp"
#include "impls/crawler/http/fetcher.hpp"

namespace contend::crawler {

// How long to wait before a URL is tried again after its attempt number `attempt` (from 0); nullopt: not again. Does
// not look at the host's budget.
std::optional<DurationNs> retry_wait_ns(const RetryPolicy& policy, std::uint64_t seed, const Url& url,
                                        std::uint32_t attempt, const FetchResponse& response);

// A Retry-After: seconds, or a date (http_date.hpp), which is compared with the Date of the same answer, or with
// `wall_seconds` since 1970 where that has none. nullopt for what is neither; a date that has passed is 0; `forever` is what
// does not fit.
std::optional<DurationNs> retry_after_ns(std::string_view retry_after, std::string_view date,
                                         std::int64_t wall_seconds);

}  // namespace contend::crawler
