#pragma once

#include <string>

#include "impls/base/clock.hpp"
#include "impls/crawler/crawler.hpp"
#include "stress/round/round.hpp"

namespace contend::crawler {

constexpr DurationNs us = 1'000;
constexpr DurationNs ms = 1'000'000;
constexpr DurationNs second = 1000 * ms;

// Options with which nothing but the site decides what is reported: every page is tried often enough.
inline Options patient_options(const Round& round) {
  Options options{.workers = round.threads(2), .in_flight = 16};
  options.retry.base_ns = 0;
  options.retry.budget_per_host = no_limit;
  return options;
}

// The clock of a crawl whose pages take their time: the real one at full size, so that fetches overlap as they do in
// practice; simulated time at the small one, where nothing waits for a wall clock.
class RoundClock {
 public:
  explicit RoundClock(const Round& round) : simulated_time_(round.is_small()) {}
  Clock& clock() { return simulated_time_ ? static_cast<Clock&>(simulated_) : SteadyClock::instance(); }

 private:
  const bool simulated_time_;
  SimulatedClock simulated_;
};

// Counts what must not happen, and says what was seen.
inline void accuse(Round& round, Outcomes::Counter& forbidden, const std::string& seen) {
  ++forbidden;
  round.conclude(Verdict::illegal, seen);
}

}  // namespace contend::crawler
