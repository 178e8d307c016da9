#include "bench/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "impls/base/enum_text.hpp"

namespace contend {
namespace {

// Largest k such that P(Binomial(n, 1/2) < k) <= 0.025: the 1-based rank of the lower end; 0 if there is none.
std::size_t lower_rank(std::size_t n) {
  double term = std::pow(0.5, static_cast<double>(n));
  double sum = 0;
  std::size_t rank = 0;
  while (rank < n / 2) {
    sum += term;
    if (sum > 0.025) break;
    term *= static_cast<double>(n - rank) / static_cast<double>(rank + 1);
    ++rank;
  }
  return rank;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::optional<Interval> median_interval(std::vector<double> values) {
  const std::size_t rank = lower_rank(values.size());
  if (rank == 0) return std::nullopt;
  std::ranges::sort(values);
  return Interval{values[rank - 1], values[values.size() - rank]};
}

double sign_test(std::size_t heads, std::size_t n) {
  double term = std::pow(0.5, static_cast<double>(n));  // of exactly n heads, then n - 1, ...
  double tail = 0;
  for (std::size_t k = n; k + 1 > heads; --k) {
    tail += term;
    term *= static_cast<double>(k) / static_cast<double>(n - k + 1);
    if (k == 0) break;
  }
  return std::min(1.0, 2 * tail);
}

std::vector<double> holm(const std::vector<double>& probabilities) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return probabilities[i]; });
  std::vector<double> corrected(probabilities.size());
  double least = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    least = std::max(least, static_cast<double>(order.size() - rank) * probabilities[order[rank]]);
    corrected[order[rank]] = std::min(1.0, least);
  }
  return corrected;
}

void correct_for_many(std::vector<PairedRatio*> comparisons) {
  std::vector<double> probabilities;
  for (const PairedRatio* comparison : comparisons) probabilities.push_back(comparison->probability);
  const std::vector<double> corrected = holm(probabilities);
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    PairedRatio& one = *comparisons[i];
    one.probability = corrected[i];
    const bool decided = one.comparison == Comparison::win || one.comparison == Comparison::loss;
    if (decided && one.probability > 0.05) one.comparison = Comparison::undecided;
  }
}

std::string_view to_string(Comparison comparison) {
  return enum_text(comparison);
}

PairedRatio compare_paired(const std::vector<double>& a, const std::vector<double>& b, double zone) {
  std::vector<double> logs;
  for (std::size_t round = 0; round < std::min(a.size(), b.size()); ++round) {
    if (a[round] > 0 && b[round] > 0) logs.push_back(std::log(a[round] / b[round]));
  }
  PairedRatio paired;
  if (logs.empty()) return paired;
  paired.ratio = std::exp(median(logs));
  const double edge = std::log(1 + zone);
  const auto beyond =
      std::ranges::count_if(logs, [&](double ratio) { return paired.ratio > 1 ? ratio > edge : ratio < -edge; });
  paired.probability = sign_test(static_cast<std::size_t>(beyond), logs.size());
  const std::optional<Interval> interval = median_interval(logs);
  if (!interval) return paired;
  paired.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
  if (paired.interval->low > 1 + zone) paired.comparison = Comparison::win;
  if (paired.interval->high < 1 / (1 + zone)) paired.comparison = Comparison::loss;
  if (paired.interval->low >= 1 / (1 + zone) && paired.interval->high <= 1 + zone) paired.comparison = Comparison::tie;
  return paired;
}

double jain_index(const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  double squares = 0;
  for (const double share : shares) squares += share * share;
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace contend
