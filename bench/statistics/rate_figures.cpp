#include "bench/statistics/rate_figures.hpp"

#include <algorithm>
#include <tuple>

namespace contend {

bool rate_less(const AskedRate& a, const AskedRate& b) {
  return std::tuple(a.per_s, a.share) < std::tuple(b.per_s, b.share);
}

void RateFigures::merge(const RateFigures& other) {
  const int all = trials + other.trials;
  if (all > 0) rate_per_s = (rate_per_s * trials + other.rate_per_s * other.trials) / all;
  trials = all;
  behind += other.behind;
  due += other.due;
  served += other.served;
  times.merge(other.times);
  if (trouble.empty()) trouble = other.trouble;
}

void merge_rates(const RatesOfDesign& others, RatesOfDesign& rates) {
  for (const RateFigures& other : others) {
    const auto same = std::ranges::find(rates, other.asked, &RateFigures::asked);
    if (same != rates.end()) {
      same->merge(other);
    } else {
      rates.push_back(other);
    }
  }
  std::ranges::sort(rates, rate_less, &RateFigures::asked);
}

}  // namespace contend
