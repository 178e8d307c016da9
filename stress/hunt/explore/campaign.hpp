#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "stress/hunt/explore/token.hpp"

namespace contend::hunt {

struct Budget {
  double seconds = 1;           // of the wall; 0: no bound
  std::uint64_t schedules = 0;  // 0: no bound
};

struct CampaignOptions {
  std::vector<NamedStrategy> strategies = Portfolio::usual();
  Budget budget;
  std::uint64_t seed = 1;
  Liberties may;
  Watched watched;
  bool failing_allocations = false;  // in every other execution, one of those that the ones before made
  bool exhaustive = false;           // every schedule instead of drawn ones, see exhaustion.hpp
  std::uint64_t most_steps = 200'000;
  // Whether a find shall be passed over, such as a race in a library that is known. May run the scenario again.
  std::function<bool(const Token&, const Finding&)> is_suppressed;
  // Once in a while, for people.
  std::function<void(const struct CampaignResult&)> progress;
};

// How much of all that could happen was seen.
struct Exhausted {
  bool any = false;               // at least all schedules with no preemption
  bool too_large = false;         // for what is kept of an execution: more than 64 threads or 65,536 choices
  bool all = false;               // all schedules there are
  std::uint32_t preemptions = 0;  // if any: all with at most so many
};

struct CampaignResult {
  std::uint64_t schedules = 0;
  std::uint64_t points = 0;
  std::uint64_t distinct = 0;  // by signature, up to a bound
  std::uint64_t new_of_last_thousand = 0;
  std::uint64_t most_points = 0;  // of one execution
  double seconds = 0;
  double processor_seconds = 0;  // of this process: what others on the machine do does not count
  std::uint64_t suppressed = 0;
  std::optional<Token> found;       // with the strategy that found it
  std::vector<Decision> decisions;  // of that execution; empty where there were too many to keep
  Finding finding;
  Exhausted exhausted;
  Token last;  // what repeats the last execution, whatever came of it
  std::uint64_t last_trace = 0;
};

// Schedules until something is found or the budget is spent. Everything follows from the seed but how many there are.
CampaignResult run_campaign(const Scenario& scenario, const CampaignOptions& options);

// Runs what the token stands for under this plan of it, beyond all that is suppressed: as the campaign did that found it.
const Execution& run_past_suppressed(const Scenario& scenario, const CampaignOptions& options, const Token& token,
                                     const Plan& plan);

}  // namespace contend::hunt
