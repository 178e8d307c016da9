#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/workload/words.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {

enum class Kind : std::uint8_t { acquire, probe, cleanup, tracked };
BOOST_DESCRIBE_ENUM(Kind, acquire, probe, cleanup, tracked)

// Where the time of a request comes from.
enum class TimeSource : std::uint8_t { caller, machine };
BOOST_DESCRIBE_ENUM(TimeSource, caller, machine)

inline constexpr std::size_t most_dimensions = 4;

// What a workload is made of; limiter_words() says what each member is.
struct Mix {
  Shares<Kind> shares;
  std::size_t keys = 0;
  double zipf = 0;
  Algorithm algorithm = Algorithm::token_bucket;
  std::uint64_t capacity = 0;
  DurationNs period = 0;
  double refused = 0;
  std::size_t dimensions = 0;
  std::int64_t cost = 0;
  TimeSource time = TimeSource::caller;
};
const Words<Mix>& limiter_words();

// The dimension that is the client's own, and those that more and more clients share, down to one for all.
std::vector<Quota> quotas_of(const Mix& mix, int callers);

}  // namespace contend::rate_limiter
