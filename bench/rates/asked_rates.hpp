#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/statistics/limits.hpp"
#include "bench/statistics/rate_figures.hpp"

namespace contend {

// What --rate and --keep ask for.
struct AskedRates {
  std::vector<AskedRate> rates;  // ascending, shares first; with a search, none
  bool search = false;           // by bisection: the highest share of its capacity at which a design keeps `keep`
  Limits keep;                   // of response times alone; may be empty

  bool none() const { return rates.empty() && !search; }
};

// `rates` is "sweep" or a list with commas of shares ("50%", up to 100%) and common rates ("200k/s", operations a second, up
// to 100M/s). A sweep goes through fixed shares, or searches where there is something to keep ("p99<1ms"). Throws
// std::invalid_argument with a sentence that names what is wrong.
AskedRates parse_rates(const std::string& rates, const std::string& keep);

// "50 %" or "200k/s".
std::string to_string(const AskedRate& rate);
// "200k", "1.25M": in at most five characters.
std::string short_rate(double per_s);

}  // namespace contend
