#include "impls/rate_limiter/rate_limiter.hpp"

#include <fmt/format.h>

namespace contend::rate_limiter {

std::string_view to_string(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::token_bucket:
      return "token_bucket";
    case Algorithm::fixed_window:
      return "fixed_window";
    case Algorithm::sliding_log:
      return "sliding_log";
    case Algorithm::sliding_counter:
      return "sliding_counter";
  }
  return "?";
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::allowed:
      return "allowed";
    case Status::invalid_dimensions:
      return "invalid_dimensions";
    case Status::invalid_quota:
      return "invalid_quota";
    case Status::invalid_key:
      return "invalid_key";
    case Status::invalid_cost:
      return "invalid_cost";
    case Status::exceeds_capacity:
      return "exceeds_capacity";
    case Status::limited:
      return "limited";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  std::vector<std::pair<std::string_view, std::string>> told{
      {"several dimensions", atomic_dimensions ? "one instant" : "charged one by one, undone if one refuses"}};
  if (stranded_part > 0) told.emplace_back("error", fmt::format("up to {:.0f} % of the capacity", 100 * stranded_part));
  std::string left_out;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!supports[i]) left_out += fmt::format(" {}", to_string(static_cast<Algorithm>(i)));
  }
  if (!left_out.empty()) told.emplace_back("not", left_out.substr(1));
  return told;
}

}  // namespace contend::rate_limiter
