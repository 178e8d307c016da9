#include "impls/rate_limiter/rate_limiter.hpp"

#include <fmt/format.h>

namespace contend {

std::string_view to_string(LimitAlgorithm algorithm) {
  switch (algorithm) {
    case LimitAlgorithm::token_bucket:
      return "token_bucket";
    case LimitAlgorithm::fixed_window:
      return "fixed_window";
    case LimitAlgorithm::sliding_log:
      return "sliding_log";
    case LimitAlgorithm::sliding_counter:
      return "sliding_counter";
  }
  return "?";
}

std::string_view to_string(LimitStatus status) {
  switch (status) {
    case LimitStatus::allowed:
      return "allowed";
    case LimitStatus::invalid_dimensions:
      return "invalid_dimensions";
    case LimitStatus::invalid_quota:
      return "invalid_quota";
    case LimitStatus::invalid_key:
      return "invalid_key";
    case LimitStatus::invalid_cost:
      return "invalid_cost";
    case LimitStatus::exceeds_capacity:
      return "exceeds_capacity";
    case LimitStatus::limited:
      return "limited";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> LimiterGuarantees::describe() const {
  std::vector<std::pair<std::string_view, std::string>> told{
      {"several dimensions", atomic_dimensions ? "one instant" : "charged one by one, undone if one refuses"}};
  if (stranded_part > 0) told.emplace_back("error", fmt::format("up to {:.0f} % of the capacity", 100 * stranded_part));
  std::string left_out;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!supports[i]) left_out += fmt::format(" {}", to_string(static_cast<LimitAlgorithm>(i)));
  }
  if (!left_out.empty()) told.emplace_back("not", left_out.substr(1));
  return told;
}

}  // namespace contend
