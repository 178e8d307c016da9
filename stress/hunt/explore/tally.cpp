#include "stress/hunt/explore/tally.hpp"

#include <time.h>

namespace contend::hunt {
namespace {

constexpr std::size_t most_signatures = 1 << 20;
constexpr double seconds_between_progress = 0.25;

double seconds_now(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// What repeats an execution whatever the strategy has learnt from those before.
Token guided(Token token, const std::vector<Decision>& decisions) {
  if (decisions.empty()) return token;
  token.strategy = {Strategy::guided, 0};
  token.decisions = decisions;
  return token;
}

}  // namespace

Tally::Tally(const Scenario& scenario, const CampaignOptions& options)
    : scenario_(scenario),
      options_(options),
      start_(seconds_now()),
      processor_start_(seconds_now(CLOCK_PROCESS_CPUTIME_ID)) {}

void Tally::warm_up() {
  Plan plan;
  plan.strategy = Strategy::round_robin;
  plan.watched.races = false;
  plan.most_steps = options_.most_steps;
  run_once(scenario_, {options_.seed, 0}, plan);
}

const Execution& Tally::run(const Token& token, Plan plan) {
  plan.watched = options_.watched;
  plan.most_steps = options_.most_steps;
  const Execution& execution = run_once(scenario_, token.workload, plan);
  ++result_.schedules;
  result_.points += execution.steps;
  if (execution.steps > result_.most_points) result_.most_points = execution.steps;
  count_as_new(execution.signature ^ token.workload.seed * 0x9E3779B97F4A7C15u);
  if (execution.finding.kind != FindingKind::none) keep_find(token, execution);
  look_at_budget();
  if (done_) keep_last(token, execution);
  return execution;
}

double Tally::seconds() const {
  return seconds_now() - start_;
}

CampaignResult Tally::close() {
  result_.seconds = seconds();
  result_.processor_seconds = seconds_now(CLOCK_PROCESS_CPUTIME_ID) - processor_start_;
  return std::move(result_);
}

void Tally::count_as_new(std::uint64_t signature) {
  const bool is_new = signatures_.size() < most_signatures && signatures_.insert(signature).second;
  result_.distinct = signatures_.size();
  constexpr std::uint64_t window = 1000;
  new_in_window_ += is_new ? 1 : 0;
  if (result_.schedules % window != 0) return;
  result_.new_of_last_thousand = new_in_window_;
  new_in_window_ = 0;
}

void Tally::keep_find(const Token& token, const Execution& execution) {
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

// By its decisions, where they could be kept: a strategy may have learnt from the executions before.
void Tally::keep_last(const Token& token, const Execution& execution) {
  result_.last = token;
  result_.last_trace = execution.trace_hash;
  if (!execution.decisions_complete) return;
  result_.last.strategy = {Strategy::guided, 0};
  result_.last.decisions = decisions_of_last();
}

void Tally::look_at_budget() {
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

}  // namespace contend::hunt
