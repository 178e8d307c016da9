#pragma once

#include <optional>
#include <vector>

namespace contend {

struct Interval {
  double low = 0;
  double high = 0;
};

double median(std::vector<double> values);

// The exact 95 % interval of the median by order statistics (the sign test turned round): no assumption on the shape of
// the distribution. Nothing below six values, where no such interval exists.
std::optional<Interval> median_interval(std::vector<double> values);

// Holm's step-down correction: makes each of many probabilities comparable with 0.05.
std::vector<double> holm(const std::vector<double>& probabilities);

// Jain's fairness index: 1 when all are equal, 1/n when one has everything.
double jain_index(const std::vector<double>& shares);

}  // namespace contend
