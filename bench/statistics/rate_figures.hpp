#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/engine/time_histogram.hpp"

namespace contend {

// A rate at which calls come, of all callers together: a share of what the design itself can do, or the same for all.
struct AskedRate {
  double share = 0;  // 0.5: half of its capacity; 0: a common rate
  double per_s = 0;  // operations a second; 0: a share

  bool operator==(const AskedRate&) const = default;
};
// Shares before common rates.
bool rate_less(const AskedRate& a, const AskedRate& b);

// What all trials of one design at one rate came to. 10 kB.
struct RateFigures {
  AskedRate asked;
  double rate_per_s = 0;  // of operations, as scheduled; the mean of the trials
  int trials = 0;
  int behind = 0;            // trials in which the design did not keep up; see TrialFigures::behind
  std::uint64_t due = 0;     // calls that were scheduled
  std::uint64_t served = 0;  // and those of them that had ended when the time was over
  std::string trouble;       // an invalid, hung or crashed trial
  TimeHistogram times;       // from the moment at which a call was due until its end

  double served_share() const { return due == 0 ? 0 : static_cast<double>(served) / static_cast<double>(due); }
  // Most of its trials fell behind: their times tell of the length of a trial, not of the design.
  bool overloaded() const { return 2 * behind > trials; }
  // Adds what other trials at the same asked rate came to.
  void merge(const RateFigures& other);
};

// Ascending, by rate_less.
using RatesOfDesign = std::vector<RateFigures>;
void merge_rates(const RatesOfDesign& others, RatesOfDesign& rates);

}  // namespace contend
