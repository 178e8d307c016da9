#pragma once

#include <boost/describe/enum.hpp>
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

// The probability that of `n` fair coins at least `heads` show heads, or at least `heads` show tails: the two-sided
// sign test. 1 where heads <= n / 2.
double sign_test(std::size_t heads, std::size_t n);

// Holm's step-down correction: makes each of many probabilities comparable with 0.05.
std::vector<double> holm(const std::vector<double>& probabilities);

// What two implementations compared round by round come to.
enum class Comparison { win, loss, tie, undecided };
BOOST_DESCRIBE_ENUM(Comparison, win, loss, tie, undecided)
std::string_view to_string(Comparison comparison);

struct PairedRatio {
  double ratio = 1;                  // exp of the median of log(a / b) over rounds
  std::optional<Interval> interval;  // of the same
  // The sign test of "no further apart than the zone", in the direction of the ratio.
  double probability = 1;
  Comparison comparison = Comparison::undecided;
};

// `a` and `b` hold one figure per round, larger is better, both of the same rounds. A win or a loss lies wholly outside
// 1 +- zone, a tie wholly inside.
PairedRatio compare_paired(const std::vector<double>& a, const std::vector<double>& b, double zone);

// Turns wins and losses into undecided where chance alone explains them among so many comparisons: where the
// probability, corrected by Holm, is above 0.05. Ties stay.
void correct_for_many(std::vector<PairedRatio*> comparisons);

// Jain's fairness index: 1 when all are equal, 1/n when one has everything.
double jain_index(const std::vector<double>& shares);

}  // namespace contend
