#include "bench/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

double jain_index(const std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  double squares = 0;
  for (const double share : shares) squares += share * share;
  return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

}  // namespace contend
