#include "bench/record/record.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

bool same_panel(const PanelPlan& a, const PanelPlan& b) {
  return a.system == b.system && a.workload == b.workload && a.threads == b.threads;
}

// Workloads as they were first measured; of each, two threads before other numbers of them.
std::vector<PanelPlan> plans_of(const Record& record) {
  std::vector<PanelPlan> plans;
  for (const TrialRecord& trial : record.trials) {
    const auto same = [&](const PanelPlan& plan) { return same_panel(plan, trial.plan); };
    if (trial.kind == TrialKind::throughput && trial.implementation == "reference" &&
        std::ranges::none_of(plans, same)) {
      plans.push_back(trial.plan);
    }
  }
  std::vector<std::pair<const BenchSystem*, std::string>> order;
  const auto place_of = [&](const PanelPlan& plan) {
    const std::pair workload{plan.system, plan.workload};
    const auto found = std::ranges::find(order, workload);
    if (found != order.end()) return found - order.begin();
    order.push_back(workload);
    return static_cast<std::ptrdiff_t>(order.size()) - 1;
  };
  for (const PanelPlan& plan : plans) place_of(plan);
  // No two are alike, so that this is an order of all of them.
  std::ranges::sort(plans, {},
                    [&](const PanelPlan& plan) { return std::tuple(place_of(plan), plan.threads != 2, plan.threads); });
  return plans;
}

}  // namespace

void Record::append(const Record& other) {
  const int before = static_cast<int>(sittings.size());
  sittings.insert(sittings.end(), other.sittings.begin(), other.sittings.end());
  for (TrialRecord trial : other.trials) {
    trial.sitting += before;
    trials.push_back(trial);
  }
  for (const auto& [row, histogram] : other.times) times[row].merge(histogram);
  for (const auto& [row, of_design] : other.rates) merge_rates(of_design, rates[row]);
  for (const FairnessTable& table : other.fairness) {
    if (std::ranges::find(fairness, table.system, &FairnessTable::system) == fairness.end()) fairness.push_back(table);
  }
  if (!harness) harness = other.harness;
}

bool Record::complete() const {
  return !sittings.empty() && std::ranges::all_of(sittings, &SittingRecord::complete);
}

bool Record::all_valid() const {
  return std::ranges::all_of(trials, [](const TrialRecord& trial) { return trial.figures.status == TrialStatus::ok; });
}

double Record::disturbed_share() const {
  const auto disturbed =
      std::ranges::count_if(trials, [](const TrialRecord& trial) { return trial.figures.disturbed(); });
  return trials.empty() ? 0 : static_cast<double>(disturbed) / static_cast<double>(trials.size());
}

void add_trials(const Record& record, const PanelPlan& plan, std::size_t before, PanelTrials& trials) {
  for (const TrialRecord& trial : record.trials) {
    if (trial.kind != TrialKind::throughput || !same_panel(trial.plan, plan)) continue;
    auto& sittings = trials.sittings[trial.implementation];
    sittings.resize(before + record.sittings.size());
    sittings[before + static_cast<std::size_t>(trial.sitting)][trial.round] = trial.figures;
  }
  for (const auto& [name, sittings] : trials.sittings) {
    const Record::Row row{plan.system->name, plan.workload, plan.threads, name};
    if (const auto times = record.times.find(row); times != record.times.end()) trials.times[name].merge(times->second);
    if (const auto rates = record.rates.find(row); rates != record.rates.end()) {
      merge_rates(rates->second, trials.rates[name]);
    }
  }
}

PanelTrials trials_of(const Record& record, const PanelPlan& plan) {
  PanelTrials trials;
  add_trials(record, plan, 0, trials);
  return trials;
}

Findings judge(const Record& record, const CheckRecords& checks, const Limits& limits) {
  Findings findings;
  for (const PanelPlan& plan : plans_of(record)) {
    const bool first_of_system =
        std::ranges::none_of(findings.panels, [&](const Panel& panel) { return panel.plan.system == plan.system; });
    findings.panels.push_back(judge(plan, trials_of(record, plan), checks, limits));
    Panel& panel = findings.panels.back();
    if (record.is_busy()) panel.withdraw_verdicts();
    if (first_of_system) findings.summary.push_back(summarize(panel));
    if (panel.least_seen > 0) ++findings.judged_again;
    if (panel.false_call()) ++findings.false_calls;
    for (const PanelRow& row : panel.rows) {
      const std::optional<int> percent = slowed_percent(row.implementation);
      if (!percent) continue;
      ++findings.slowed[*percent].panels;
      if (row.to_reference.comparison == Comparison::loss) ++findings.slowed[*percent].called;
    }
  }
  return findings;
}

std::string told_trust(const Record& record, const Findings& findings) {
  std::string text;
  if (findings.judged_again > 0) {
    std::vector<double> least_seen;
    for (const Panel& panel : findings.panels) {
      if (panel.least_seen > 0) least_seen.push_back(panel.least_seen);
    }
    text +=
        paragraph(fmt::format("The reference against itself: called different in {} of {} panels. In the middle one "
                              "a difference of {:.0f} % would have been called.",
                              findings.false_calls, findings.judged_again, 100 * median(least_seen)),
                  0);
  }
  for (const auto& [percent, seen] : findings.slowed) {
    text += paragraph(fmt::format("A copy of it, slower by {} %: called slower in {} of {} panels.", percent,
                                  seen.called, seen.panels),
                      0);
  }
  if (record.is_busy()) {
    text += paragraph(fmt::format("Too busy for verdicts: in {:.0f} % of the trials other processes or the hypervisor "
                                  "took part of the machine.",
                                  100 * record.disturbed_share()),
                      0);
  }
  return text;
}

}  // namespace contend
