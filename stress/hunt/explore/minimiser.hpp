#pragma once

#include <cstdint>
#include <optional>

#include "stress/hunt/explore/campaign.hpp"

namespace contend::hunt {

// A find made small: a workload with smaller measures where that finds the same, then a schedule without the decisions
// that are not needed (delta debugging: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
struct Minimised {
  Token token;  // guided
  Finding finding;
  std::size_t decisions_before = 0;
  std::uint64_t executions = 0;
};

// Nothing: the find did not show itself again. `options` are those under which it was found.
std::optional<Minimised> minimise(const Scenario& scenario, const CampaignOptions& options, const Token& token,
                                  const std::vector<Decision>& decisions, FindingKind kind);

}  // namespace contend::hunt
