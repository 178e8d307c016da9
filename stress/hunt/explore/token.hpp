#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stress/hunt/explore/portfolio.hpp"
#include "stress/hunt/explore/scenario.hpp"

namespace contend::hunt {

// An execution that can be had again: a scenario by name, its workload, and its schedule, by a strategy and a seed or by the
// decisions themselves. People see it as one word:
//   kv_store/striped/values@17.guided..1.4r2+2.9r1
//   message_passing@1.pct3.w.42.180
struct Token {
  std::string scenario;
  Workload workload;
  NamedStrategy strategy;
  std::uint64_t seed = 0;
  std::uint64_t expected_choices = 0;
  Liberties may;
  std::uint32_t failing_allocation = 0;
  std::vector<Decision> decisions;

  // The plan points into this token.
  Plan plan() const;
  std::string text() const;
};
std::optional<Token> token_from(std::string_view text);

}  // namespace contend::hunt
