#include "stress/hunt/explore/campaign.hpp"

#include <unordered_set>

#include "stress/hunt/explore/exhaustion.hpp"
#include "stress/hunt/explore/lock_cycles.hpp"
#include "stress/hunt/explore/tally.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint64_t schedules_per_turn = 50;
constexpr std::uint64_t schedules_per_workload = 5;
constexpr int schedules_per_cycle = 5;
constexpr std::size_t most_cycles = 500;

class Campaign {
 public:
  Campaign(const Scenario& scenario, const CampaignOptions& options)
      : scenario_(scenario),
        options_(options),
        tally_(scenario, options),
        portfolio_(options.strategies),
        random_{options.seed} {}

  CampaignResult run() {
    tally_.warm_up();
    while (!tally_.done()) take_turn();
    return tally_.close();
  }

 private:
  void take_turn() {
    const NamedStrategy& strategy = portfolio_.next_turn(random_.next());
    const double begin = tally_.seconds();
    const std::uint64_t known = tally_.result().distinct;
    std::uint64_t executions = 0;
    while (executions < schedules_per_turn && !tally_.done()) {
      run_next(strategy);
      ++executions;
    }
    portfolio_.rate_turn(executions, tally_.result().distinct - known, tally_.seconds() - begin);
  }

  Token next_token(const NamedStrategy& strategy) {
    const std::uint64_t schedule = tally_.result().schedules;
    Token token;
    token.scenario = scenario_.name;
    if (scenario_.has_workloads) {
      token.workload.seed = options_.seed * 1'000'000 + schedule / schedules_per_workload;
    }
    token.strategy = strategy;
    token.seed = random_.next() >> 16;  // shorter for people, and enough
    token.expected_choices = portfolio_.expected_choices();
    token.may = options_.may;
    if (options_.failing_allocations && allocations_ > 0 && schedule % 2 == 1) {
      token.failing_allocation = 1 + static_cast<std::uint32_t>(random_.next() % allocations_);
    }
    return token;
  }

  void run_next(const NamedStrategy& strategy) {
    const Token token = next_token(strategy);
    const Execution& execution = tally_.run(token);
    allocations_ = execution.allocations;
    if (execution.finding.kind != FindingKind::none) return;
    portfolio_.note_choices(execution.choices);
    steer_into_cycles(token);
  }

  // A cycle of locks that hurt nobody this time, as nobody stopped in the middle of it.
  void steer_into_cycles(Token token) {
    token.strategy = {Strategy::steered, 0};
    for (const LockCycle& cycle : lock_cycles_of_last()) {
      if (steered_.size() >= most_cycles || !steered_.insert(cycle.name ^ token.workload.seed).second) continue;
      for (int i = 0; i < schedules_per_cycle && !tally_.done(); ++i) {
        token.seed = random_.next() >> 16;
        Plan plan = token.plan();
        plan.stops = cycle.stops.data();
        plan.stop_count = cycle.stops.size();
        tally_.run(token, plan);
      }
    }
  }

  const Scenario& scenario_;
  const CampaignOptions& options_;
  Tally tally_;
  Portfolio portfolio_;
  Random random_;
  std::unordered_set<std::uint64_t> steered_;  // into these cycles
  std::uint32_t allocations_ = 0;
};

}  // namespace

const Execution& run_past_suppressed(const Scenario& scenario, const CampaignOptions& options, const Token& token,
                                     const Plan& plan) {
  for (;;) {
    const Finding finding = run_once(scenario, token.workload, plan).finding;
    if (finding.kind == FindingKind::none || !options.is_suppressed || !options.is_suppressed(token, finding)) {
      return last_execution();
    }
  }
}

CampaignResult run_campaign(const Scenario& scenario, const CampaignOptions& options) {
  return options.exhaustive ? exhaust(scenario, options) : Campaign(scenario, options).run();
}

}  // namespace contend::hunt
