#include "bench/rates/asked_rates.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

namespace contend {
namespace {

// Closer together where queues begin to grow.
constexpr double shares_of_a_sweep[] = {0.1, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95};

AskedRate parse_rate(const std::string& text) {
  std::size_t used = 0;
  double number = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = text.substr(used);
  static const std::map<std::string, double> units{{"/s", 1}, {"k/s", 1e3}, {"M/s", 1e6}};
  if (used > 0 && unit == "%" && number > 0 && number <= 100) return {.share = number / 100};
  if (used > 0 && units.contains(unit) && number > 0) {
    const double per_s = number * units.at(unit);
    if (per_s >= 1 && per_s <= 100e6) return {.per_s = per_s};
  }
  throw std::invalid_argument(fmt::format(
      "--rate '{}' is no rate; write 50% (of what a design can do, up to 100%), 200k/s (1/s to 100M/s) or sweep.",
      text));
}

}  // namespace

AskedRates parse_rates(const std::string& rates, const std::string& keep) {
  AskedRates asked{.rates = {}, .search = rates == "sweep" && !keep.empty(), .keep = Limits(keep)};
  if (!keep.empty() && rates.empty()) {
    throw std::invalid_argument("--keep is for response times at rates: it goes with --rate, sweep for example.");
  }
  if (!asked.keep.only_times()) {
    throw std::invalid_argument(fmt::format("--keep '{}': a rate has p50, p99 and p99.9 alone.", keep));
  }
  if (rates == "sweep" && !asked.search) {
    for (const double share : shares_of_a_sweep) asked.rates.push_back({.share = share});
  }
  if (rates == "sweep" || rates.empty()) return asked;
  for (std::size_t begin = 0; begin <= rates.size();) {
    const std::size_t comma = std::min(rates.find(',', begin), rates.size());
    asked.rates.push_back(parse_rate(rates.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  std::ranges::sort(asked.rates, rate_less);
  const auto again = std::ranges::unique(asked.rates);
  asked.rates.erase(again.begin(), again.end());
  return asked;
}

std::string to_string(const AskedRate& rate) {
  return rate.share > 0 ? fmt::format("{:.3g} %", 100 * rate.share) : short_rate(rate.per_s) + "/s";
}

std::string short_rate(double per_s) {
  if (per_s >= 999.5e6) return fmt::format("{:.3g}G", per_s / 1e9);
  if (per_s >= 999.5e3) return fmt::format("{:.3g}M", per_s / 1e6);
  if (per_s >= 999.5) return fmt::format("{:.3g}k", per_s / 1e3);
  return fmt::format("{:.3g}", per_s);
}

}  // namespace contend
