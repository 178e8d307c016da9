#include "bench/rates/rate_figures.hpp"

#include <algorithm>
#include <tuple>

namespace contend {

void RateFigures::merge(const RateFigures& other) {
  const int all = trials + other.trials;
  if (all > 0) rate_per_s = (rate_per_s * trials + other.rate_per_s * other.trials) / all;
  trials = all;
  behind += other.behind;
  due += other.due;
  served += other.served;
  times.merge(other.times);
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
  std::ranges::sort(rates, {}, [](const RateFigures& each) { return std::tuple(each.asked.per_s, each.asked.share); });
}

}  // namespace contend
