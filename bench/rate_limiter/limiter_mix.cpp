#include "bench/rate_limiter/limiter_mix.hpp"

#include <algorithm>
#include <cmath>

#include "bench/rate_limiter/popularity.hpp"

namespace contend::rate_limiter {

const Words<Mix>& limiter_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::share(Kind::acquire, 100, "asks for a client's request"),
      Is::share(Kind::probe, 0, "asks at no cost, which changes nothing"),
      Is::share(Kind::cleanup, 0, "looks at 64 buckets and drops the full ones"),
      Is::share(Kind::tracked, 0, "counts the buckets"),
      Is::count("keys", &Mix::keys, 0, {0, 4'000'000},
                "clients; 0: the 1,753 of a real log, as often as they came there"),
      Is::exponent("zipf", &Mix::zipf, 0, "how much more the first clients ask than the last; 0: all alike"),
      Is::choice("algorithm", &Mix::algorithm, Algorithm::token_bucket, "of every quota"),
      Is::count("capacity", &Mix::capacity, 1000, {1, 2'000'000'000}, "units that a client has in a period"),
      Is::duration("period", &Mix::period, 1'000'000'000, {1'000, 1'000'000'000'000},
                   "after which they are there again; a caller's clock moves 1us an operation"),
      Is::percent("refused", &Mix::refused, 0,
                  "about so many of the requests, in percent, by a capacity that follows from it; 0: as capacity says"),
      Is::count("dimensions", &Mix::dimensions, 1, {1, most_dimensions},
                "quotas that a request is charged to: its client's, and those of ever larger groups"),
      Is::count("cost", &Mix::cost, 1, {1, 1'000'000}, "units of a request"),
      Is::choice("time", &Mix::time, TimeSource::caller, "who tells the time: the caller's own count, or the clock"),
  };
  return words;
}

std::vector<Quota> quotas_of(const Mix& mix, int callers) {
  std::uint64_t capacity = mix.capacity;
  if (mix.refused > 0) {
    // What all callers ask for in a period, by their own clocks.
    const double asked = 1e-3 * static_cast<double>(mix.period) * static_cast<double>(mix.cost * callers);
    const double limit = population(mix.keys, mix.zipf).limit_for(mix.refused) * asked;
    // Rounded: cut off, nine of ten refused would leave 1,999 of 2,000, which no limiter is set to.
    capacity = std::clamp(static_cast<std::uint64_t>(std::llround(limit)), static_cast<std::uint64_t>(mix.cost),
                          max_quota_units);
  }
  std::vector<Quota> quotas;
  for (std::size_t i = 0; i < mix.dimensions; ++i) {
    // Quotas that many share are larger.
    const std::uint64_t units = std::min(capacity << (4 * i), max_quota_units);
    quotas.push_back({mix.algorithm, units, units, mix.period});
  }
  return quotas;
}

}  // namespace contend::rate_limiter
