#include "bench/rate_limiter/popularity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace contend::rate_limiter {
namespace {

// How often each client of a public web server asked: the counts of the 1,753 addresses in the 10,000 lines of the
// Apache access log that elastic/examples publishes (Apache-2.0), as (requests, clients that made so many).
constexpr std::pair<int, std::size_t> clients_by_requests[] = {
    {482, 1}, {364, 1}, {357, 1}, {273, 1}, {113, 1}, {102, 1}, {99, 1},  {84, 1},  {83, 1}, {82, 1}, {74, 1},  {65, 1},
    {60, 2},  {56, 1},  {52, 1},  {50, 2},  {43, 1},  {42, 1},  {41, 3},  {40, 2},  {39, 2}, {38, 2}, {37, 3},  {35, 1},
    {34, 4},  {33, 10}, {32, 5},  {29, 3},  {28, 1},  {27, 3},  {26, 3},  {25, 2},  {24, 1}, {23, 6}, {22, 2},  {21, 1},
    {20, 1},  {19, 3},  {18, 7},  {17, 6},  {16, 3},  {15, 2},  {14, 4},  {13, 10}, {12, 9}, {11, 5}, {10, 12}, {9, 25},
    {8, 28},  {7, 88},  {6, 312}, {5, 42},  {4, 48},  {3, 70},  {2, 324}, {1, 680}};

std::vector<double> requests_of_log() {
  std::vector<double> requests;
  for (const auto& [count, clients] : clients_by_requests) requests.insert(requests.end(), clients, count);
  return requests;
}

std::vector<double> requests_by_zipf(std::size_t keys, double exponent) {
  std::vector<double> requests;
  requests.reserve(keys);
  for (std::size_t rank = 1; rank <= keys; ++rank) requests.push_back(std::pow(static_cast<double>(rank), -exponent));
  return requests;
}

}  // namespace

Population::Population(std::size_t keys, double zipf_exponent)
    : from_log_(keys == 0),
      parts_(keys == 0 ? requests_of_log() : requests_by_zipf(keys, zipf_exponent)),
      ranks_(zipf(parts_.size(), zipf_exponent)) {
  if (from_log_) of_log_ = std::discrete_distribution<std::size_t>(parts_.begin(), parts_.end());
  const double all = std::accumulate(parts_.begin(), parts_.end(), 0.0);
  for (double& part : parts_) part /= all;
  names_.reserve(parts_.size());
  for (std::size_t i = 0; i < parts_.size(); ++i) names_.push_back("client/" + std::to_string(i));
}

double Population::limit_for(double refused) const {
  // The most popular come first: those before `capped` get the limit, the others all that they ask for.
  double below = 1;
  for (std::size_t capped = 1; capped <= parts_.size(); ++capped) {
    below -= parts_[capped - 1];
    const double limit = std::max(1 - refused - below, 0.0) / static_cast<double>(capped);
    if (capped == parts_.size() || limit >= parts_[capped]) return limit;
  }
  return 0;
}

const Population& population(std::size_t keys, double zipf_exponent) {
  static std::map<std::pair<std::size_t, double>, Population> made;
  const auto place = std::pair{keys, keys == 0 ? 0 : zipf_exponent};
  if (const auto found = made.find(place); found != made.end()) return found->second;
  return made
      .emplace(std::piecewise_construct, std::forward_as_tuple(place), std::forward_as_tuple(keys, zipf_exponent))
      .first->second;
}

}  // namespace contend::rate_limiter
