#include "stress/hunt/explore/campaign.hpp"

#include <time.h>

#include "stress/hunt/recording/signature.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint64_t schedules_per_turn = 50;
constexpr std::uint64_t schedules_per_workload = 5;
constexpr std::size_t most_signatures = 1 << 20;
constexpr double seconds_between_progress = 0.25;

double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Campaign {
 public:
  Campaign(const Scenario& scenario, const CampaignOptions& options)
      : scenario_(scenario), options_(options), portfolio_(options.strategies), random_{options.seed} {}

  CampaignResult run() {
    start_ = seconds_now();
    warm_up();
    while (!done_) take_turn();
    result_.seconds = seconds_now() - start_;
    return std::move(result_);
  }

 private:
  // What is made once (locales, caches of the C library, homes of threads) is made, and nothing that is found counts.
  void warm_up() {
    Plan plan;
    plan.strategy = Strategy::round_robin;
    plan.races = false;
    plan.most_steps = options_.most_steps;
    run_once(scenario_, {options_.seed, 0}, plan);
  }

  void take_turn() {
    const NamedStrategy& strategy = portfolio_.next_turn(random_.next());
    const double begin = seconds_now();
    const std::uint64_t known = signatures_.size();
    std::uint64_t executions = 0;
    while (executions < schedules_per_turn && !done_) {
      run_next(strategy);
      ++executions;
    }
    portfolio_.rate_turn(executions, signatures_.size() - known, seconds_now() - begin);
  }

  Token next_token(const NamedStrategy& strategy) {
    Token token;
    token.scenario = scenario_.name;
    if (scenario_.has_workloads) {
      token.workload.seed = options_.seed * 1'000'000 + result_.schedules / schedules_per_workload;
    }
    token.strategy = strategy;
    token.seed = random_.next() >> 16;  // shorter for people, and enough
    token.expected_choices = portfolio_.expected_choices();
    token.weak = options_.weak;
    token.spurious = options_.spurious;
    if (options_.failing_allocations && allocations_ > 0 && result_.schedules % 2 == 1) {
      token.failing_allocation = 1 + static_cast<std::uint32_t>(random_.next() % allocations_);
    }
    return token;
  }

  void run_next(const NamedStrategy& strategy) {
    const Token token = next_token(strategy);
    Plan plan = token.plan();
    plan.races = options_.races;
    plan.leaks = options_.leaks;
    plan.most_steps = options_.most_steps;
    const Execution& execution = run_once(scenario_, token.workload, plan);
    ++result_.schedules;
    result_.points += execution.steps;
    if (execution.steps > result_.most_points) result_.most_points = execution.steps;
    allocations_ = execution.allocations;
    count_as_new(execution.signature ^ token.workload.seed * 0x9E3779B97F4A7C15u);
    if (execution.finding.kind != FindingKind::none) {
      keep_find(token, execution);
    } else {
      portfolio_.note_choices(execution.choices);
    }
    look_at_budget();
  }

  void count_as_new(std::uint64_t signature) {
    const bool is_new = signatures_.size() < most_signatures && signatures_.insert(signature).second;
    result_.distinct = signatures_.size();
    constexpr std::uint64_t window = 1000;
    new_in_window_ += is_new ? 1 : 0;
    if (result_.schedules % window != 0) return;
    result_.new_of_last_thousand = new_in_window_;
    new_in_window_ = 0;
  }

  // What repeats an execution whatever the strategy has learnt from those before.
  static Token guided(Token token, const std::vector<Decision>& decisions) {
    if (decisions.empty()) return token;
    token.strategy = {Strategy::guided, 0};
    token.decisions = decisions;
    return token;
  }

  void keep_find(const Token& token, const Execution& execution) {
    const Finding finding = execution.finding;
    std::vector<Decision> decisions;
    if (execution.decisions_complete) decisions = decisions_of_last();
    if (options_.is_suppressed && options_.is_suppressed(guided(token, decisions), finding)) {
      ++result_.suppressed;
      return;
    }
    result_.found = token;
    result_.finding = finding;
    result_.decisions = std::move(decisions);
    done_ = true;
  }

  void look_at_budget() {
    const Budget& budget = options_.budget;
    if (budget.schedules > 0 && result_.schedules >= budget.schedules) done_ = true;
    if (result_.schedules % 16 != 0) return;
    const double now = seconds_now();
    if (budget.seconds > 0 && now - start_ >= budget.seconds) done_ = true;
    if (!options_.progress || now - last_progress_ < seconds_between_progress) return;
    last_progress_ = now;
    result_.seconds = now - start_;
    options_.progress(result_);
  }

  const Scenario& scenario_;
  const CampaignOptions& options_;
  Portfolio portfolio_;
  Random random_;
  std::unordered_set<std::uint64_t> signatures_;
  std::uint64_t new_in_window_ = 0;
  std::uint32_t allocations_ = 0;
  double start_ = 0;
  double last_progress_ = 0;
  bool done_ = false;
  CampaignResult result_;
};

}  // namespace

CampaignResult run_campaign(const Scenario& scenario, const CampaignOptions& options) {
  return Campaign(scenario, options).run();
}

}  // namespace contend::hunt
