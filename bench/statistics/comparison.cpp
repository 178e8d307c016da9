#include "bench/statistics/comparison.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "impls/base/enum_text.hpp"

namespace contend {
namespace {

constexpr std::size_t fewest_rounds = 6;

// What the rounds of one pair say before the other pairs are asked.
struct Evidence {
  std::vector<double> centres;  // of the sittings, logarithms
  std::vector<double> rounds;   // of the sittings
  double within = 0;            // variance of a round in its sitting
  double between = 0;           // variance of the centres beyond what rounds explain; may be below 0
  double all_rounds = 0;
};

// The median of the means of all pairs of values, each with itself too: nearly as sharp as the mean, and not moved by a
// round that went astray (Hodges and Lehmann, 1963).
double centre_of(const std::vector<double>& values) {
  std::vector<double> means;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t k = i; k < values.size(); ++k) means.push_back((values[i] + values[k]) / 2);
  }
  return median(std::move(means));
}

double variance_of(const std::vector<double>& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

// Of the residuals, where far ones count no more than three deviations: the centre does not follow them either.
double variance_within(std::vector<double> residuals, std::size_t sittings) {
  if (residuals.size() <= sittings) return 0;
  std::vector<double> sizes;
  for (const double residual : residuals) sizes.push_back(std::abs(residual));
  const double edge = 3 * 1.4826 * median(sizes);
  double squares = 0;
  for (const double size : sizes) squares += std::pow(edge > 0 ? std::min(size, edge) : size, 2);
  return squares / static_cast<double>(residuals.size() - sittings);
}

Evidence evidence_of(const Pair& pair) {
  Evidence evidence;
  std::vector<double> residuals;
  for (std::size_t sitting = 0; sitting < std::min(pair.first.size(), pair.second.size()); ++sitting) {
    const std::vector<double>& a = pair.first[sitting];
    const std::vector<double>& b = pair.second[sitting];
    std::vector<double> logs;
    for (std::size_t round = 0; round < std::min(a.size(), b.size()); ++round) {
      if (a[round] > 0 && b[round] > 0) logs.push_back(std::log(a[round] / b[round]));
    }
    if (logs.empty()) continue;
    evidence.centres.push_back(centre_of(logs));
    evidence.rounds.push_back(static_cast<double>(logs.size()));
    for (const double log : logs) residuals.push_back(log - evidence.centres.back());
  }
  evidence.all_rounds = static_cast<double>(residuals.size());
  evidence.within = variance_within(std::move(residuals), evidence.centres.size());
  if (evidence.centres.size() >= 2) {
    double explained = 0;
    for (const double rounds : evidence.rounds) explained += evidence.within / rounds;
    evidence.between = variance_of(evidence.centres) - explained / static_cast<double>(evidence.centres.size());
  }
  return evidence;
}

// What all pairs together say of how much sittings differ.
struct Pooled {
  double between = 0;
  double freedom = 0;
};
Pooled pool(const std::vector<Evidence>& all) {
  Pooled pooled;
  double pairs = 0;
  for (const Evidence& one : all) {
    if (one.centres.size() < 2) continue;
    pooled.between += one.between;
    pooled.freedom += static_cast<double>(one.centres.size() - 1);
    ++pairs;
  }
  if (pairs > 0) pooled.between = std::max(0.0, pooled.between / pairs);
  return pooled;
}

// The degrees of freedom of a sum of two estimated variances (Satterthwaite, 1946).
double freedom_of_sum(double first, double freedom_of_first, double second, double freedom_of_second) {
  const double parts = (first > 0 ? first * first / freedom_of_first : 0) +
                       (second > 0 ? second * second / std::max(freedom_of_second, 1.0) : 0);
  return parts > 0 ? (first + second) * (first + second) / parts : 1000;
}

void decide(PairedRatio& paired, double centre, double error, const boost::math::students_t& student) {
  const double sure = boost::math::quantile(student, 0.975);
  const double likely = sure + boost::math::quantile(student, 0.8);
  paired.interval = Interval{std::exp(centre - sure * error), std::exp(centre + sure * error)};
  const double edge = std::log1p(least_win);
  paired.least_seen = std::expm1(edge + likely * error);
  const double beyond = std::abs(centre) - edge;
  if (beyond > 0 && error > 0)
    paired.probability = 2 * boost::math::cdf(boost::math::complement(student, beyond / error));
  if (beyond > 0 && error == 0) paired.probability = 0;
  const bool agreed = std::ranges::all_of(paired.of_sittings, [&](double one) { return (one > 1) == (centre > 0); });
  if (paired.interval->low > 1 + least_win && agreed) paired.comparison = Comparison::win;
  if (paired.interval->high < 1 / (1 + least_win) && agreed) paired.comparison = Comparison::loss;
  const bool close = paired.interval->low >= 1 / (1 + widest_tie) && paired.interval->high <= 1 + widest_tie;
  if (!paired.decided() && close) paired.comparison = Comparison::tie;
}

// How many rounds would have made the error small enough, if it goes with their root.
double rounds_to_decide(double centre, double error, double rounds, const boost::math::students_t& student) {
  const double likely = boost::math::quantile(student, 0.975) + boost::math::quantile(student, 0.8);
  const double to_win = std::abs(centre) - std::log1p(least_win);
  const double to_tie = std::log1p(widest_tie) - std::abs(centre);
  const double room = std::max(to_win, to_tie);
  return room <= 0 ? 0 : rounds * std::pow(likely * error / room, 2);
}

PairedRatio judge_pair(const Evidence& evidence, const Pooled& pooled) {
  PairedRatio paired;
  if (evidence.centres.empty()) return paired;
  for (const double centre : evidence.centres) paired.of_sittings.push_back(std::exp(centre));
  const double own_freedom = static_cast<double>(evidence.centres.size()) - 1;
  const bool alone = evidence.between > pooled.between;
  const double between = std::max(alone ? evidence.between : pooled.between, 0.0);
  double weights = 0;
  double weighted = 0;
  double rounds_part = 0;  // of the variance
  for (std::size_t sitting = 0; sitting < evidence.centres.size(); ++sitting) {
    const double rounds = evidence.rounds[sitting];
    const double noise = evidence.within / rounds;
    const double weight = noise + between > 0 ? 1 / (noise + between) : 1;
    weights += weight;
    weighted += weight * evidence.centres[sitting];
    rounds_part += noise;
  }
  const double centre = weighted / weights;
  paired.ratio = std::exp(centre);
  if (evidence.all_rounds < fewest_rounds) return paired;
  const auto sittings = static_cast<double>(evidence.centres.size());
  const double error = evidence.within + between > 0 ? std::sqrt(1 / weights) : 0;
  const boost::math::students_t student(freedom_of_sum(between, alone ? own_freedom : pooled.freedom,
                                                       rounds_part / sittings, evidence.all_rounds - sittings));
  decide(paired, centre, error, student);
  if (!paired.decided()) paired.rounds_needed = rounds_to_decide(centre, error, evidence.all_rounds, student);
  return paired;
}

// Turns wins and losses into undecided where chance alone explains them among so many comparisons.
void correct_for_many(std::vector<PairedRatio>& comparisons) {
  std::vector<double> probabilities;
  for (const PairedRatio& one : comparisons) probabilities.push_back(one.probability);
  const std::vector<double> corrected = holm(probabilities);
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    PairedRatio& one = comparisons[i];
    one.probability = corrected[i];
    const bool called = one.comparison == Comparison::win || one.comparison == Comparison::loss;
    if (called && one.probability > 0.05) one.comparison = Comparison::undecided;
  }
}

}  // namespace

std::string_view to_string(Comparison comparison) {
  return enum_text(comparison);
}

std::vector<PairedRatio> compare(const std::vector<Pair>& pairs) {
  std::vector<Evidence> all;
  for (const Pair& pair : pairs) all.push_back(evidence_of(pair));
  const Pooled pooled = pool(all);
  std::vector<PairedRatio> compared;
  for (const Evidence& one : all) compared.push_back(judge_pair(one, pooled));
  correct_for_many(compared);
  return compared;
}

}  // namespace contend
