#pragma once

#include <optional>
#include <string_view>
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

// What two implementations compared round by round come to.
enum class Comparison { win, loss, tie, undecided };
std::string_view to_string(Comparison comparison);

struct PairedRatio {
  double ratio = 1;                  // exp of the median of log(a / b) over rounds
  std::optional<Interval> interval;  // of the same
  Comparison comparison = Comparison::undecided;
};

// `a` and `b` hold one figure per round, larger is better, both of the same rounds. A win or a loss lies wholly outside
// 1 +- zone, a tie wholly inside.
PairedRatio compare_paired(const std::vector<double>& a, const std::vector<double>& b, double zone);

// Jain's fairness index: 1 when all are equal, 1/n when one has everything.
double jain_index(const std::vector<double>& shares);

}  // namespace contend
