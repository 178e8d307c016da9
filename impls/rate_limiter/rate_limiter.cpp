#include "impls/rate_limiter/rate_limiter.hpp"

#include <fmt/core.h>

#include "impls/base/enum_text.hpp"
#include "impls/base/lacking.hpp"

namespace contend::rate_limiter {

static_assert(limit_algorithms == enum_count<Algorithm>);

std::string_view to_string(Algorithm algorithm) {
  return enum_text(algorithm);
}

std::string_view to_string(Status status) {
  return enum_text(status);
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  std::vector<std::pair<std::string_view, std::string>> told;
  if (offered.has(Part::dimensions)) {
    told.emplace_back("several dimensions",
                      atomic_dimensions ? "one instant" : "charged one by one, undone if one refuses");
  }
  if (stranded_part > 0) told.emplace_back("error", fmt::format("up to {:.0f} % of the capacity", 100 * stranded_part));
  if (!remaining_counts_all) told.emplace_back("remaining", "may leave out what other threads have just charged");
  if (tolerance_ns > 0) told.emplace_back("exact", fmt::format("to {} ns", tolerance_ns));
  std::string algorithms;
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!supports[i]) algorithms += fmt::format(" {}", to_string(static_cast<Algorithm>(i)));
  }
  if (!algorithms.empty()) told.emplace_back("not", algorithms.substr(1));
  if (!offered.has_all()) told.emplace_back("not offered", left_out(offered));
  return told;
}

}  // namespace contend::rate_limiter
