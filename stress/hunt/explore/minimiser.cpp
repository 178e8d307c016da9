#include "stress/hunt/explore/minimiser.hpp"

#include <algorithm>

namespace contend::hunt {
namespace {

constexpr std::uint64_t most_executions = 20'000;
constexpr std::uint64_t most_steps_in_all = 20'000'000;  // some seconds: an execution with no end has many
constexpr int smallest_measure = 1;
constexpr int largest_measure_tried = 4;

class Minimiser {
 public:
  Minimiser(const Scenario& scenario, const CampaignOptions& options, FindingKind kind)
      : scenario_(scenario), options_(options), kind_(kind) {}

  std::optional<Minimised> run(const Token& token, const std::vector<Decision>& decisions) {
    best_.token = token;
    best_.token.strategy = {Strategy::guided, 0};
    best_.token.decisions = decisions;
    best_.decisions_before = decisions.size();
    if (!shows(best_.token)) return std::nullopt;
    if (kind_ != FindingKind::no_progress) most_steps_ = 4 * steps_ + 1000;
    if (scenario_.has_workloads) shrink_workload(token);
    best_.decisions_before = best_.token.decisions.size();
    drop_decisions();
    shows(best_.token);
    best_.executions = executions_;
    return best_;
  }

 private:
  bool has_budget() const { return executions_ < most_executions && steps_in_all_ < most_steps_in_all; }

  // Whether this guided execution finds the same kind; it is the best one then.
  bool shows(const Token& candidate) {
    ++executions_;
    Plan plan = candidate.plan();
    plan.watched = options_.watched;
    plan.most_steps = most_steps_;
    const Execution& execution = run_past_suppressed(scenario_, options_, candidate, plan);
    steps_in_all_ += execution.steps;
    if (execution.finding.kind != kind_) return false;
    steps_ = execution.steps;
    best_.finding = execution.finding;
    best_.token = candidate;
    return true;
  }

  // The smallest bound on all measures under which a short campaign finds the same.
  void shrink_workload(const Token& original) {
    for (int largest = smallest_measure; largest <= largest_measure_tried; ++largest) {
      const Scenario smaller{scenario_.name, [&](const Workload& workload) { scenario_.run({workload.seed, largest}); },
                             true};
      CampaignOptions options = options_;
      options.budget = {.seconds = 0.5, .schedules = 3000};
      options.seed = original.workload.seed;
      options.progress = nullptr;
      const CampaignResult result = run_campaign(smaller, options);
      executions_ += result.schedules;
      if (!result.found || result.finding.kind != kind_ || result.decisions.empty()) continue;
      Token candidate = best_.token;
      candidate.workload = {result.found->workload.seed, largest};
      candidate.failing_allocation = result.found->failing_allocation;
      candidate.decisions = result.decisions;
      if (shows(candidate)) return;
    }
  }

  void drop_decisions() {
    std::size_t parts = 2;
    while (!best_.token.decisions.empty() && has_budget()) {
      const std::size_t count = best_.token.decisions.size();
      const std::size_t length = std::max<std::size_t>(1, (count + parts - 1) / parts);
      if (drop_one_part(length)) {
        parts = std::max<std::size_t>(2, parts - 1);
      } else if (length == 1) {
        return;
      } else {
        parts = std::min(count, parts * 2);
      }
    }
  }

  bool drop_one_part(std::size_t length) {
    const std::vector<Decision> all = best_.token.decisions;
    // From the end: what comes late depends on what came before it.
    for (std::size_t end = all.size(); end > 0 && has_budget(); end -= std::min(end, length)) {
      Token candidate = best_.token;
      const std::size_t begin = end - std::min(end, length);
      candidate.decisions.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(begin));
      candidate.decisions.insert(candidate.decisions.end(), all.begin() + static_cast<std::ptrdiff_t>(end), all.end());
      if (shows(candidate)) return true;
    }
    return false;
  }

  const Scenario& scenario_;
  const CampaignOptions& options_;
  const FindingKind kind_;
  Minimised best_;
  std::uint64_t executions_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t steps_in_all_ = 0;
  std::uint64_t most_steps_ = 200'000;
};

}  // namespace

std::optional<Minimised> minimise(const Scenario& scenario, const CampaignOptions& options, const Token& token,
                                  const std::vector<Decision>& decisions, FindingKind kind) {
  return Minimiser(scenario, options, kind).run(token, decisions);
}

}  // namespace contend::hunt
