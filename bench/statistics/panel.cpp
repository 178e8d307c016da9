#include "bench/statistics/panel.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "bench/engine/machine.hpp"
#include "bench/statistics/speeds.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

// Files hold what this program may not know.
std::string peer_mark_of(const BenchSystem& system, const std::string& name) {
  const auto found = std::ranges::find(system.implementations, name, &BenchSystem::Implementation::name);
  return found == system.implementations.end() ? "" : found->peer_mark();
}

// All rounds of all sittings.
std::vector<TrialFigures> flat(const std::vector<PanelTrials::Rounds>& sittings) {
  std::vector<TrialFigures> all;
  for (const PanelTrials::Rounds& rounds : sittings) {
    for (const auto& [round, trial] : rounds) all.push_back(trial);
  }
  return all;
}

PanelRow figures_of(const std::string& name, const std::vector<TrialFigures>& trials, const TimeHistogram& times) {
  PanelRow row;
  row.implementation = name;
  const std::vector<double> speeds = figures(trials, &TrialFigures::operations_per_s);
  row.operations_per_s = median(speeds);
  row.interval = median_interval(speeds);
  row.times = times;
  row.p50_ns = times.quantile(0.5);
  row.p99_ns = times.quantile(0.99);
  row.p999_ns = times.quantile(0.999);
  row.fair_share = median(figures(trials, &TrialFigures::fair_share));
  row.bytes_per_entry = median(figures(trials, &TrialFigures::bytes_per_entry));
  row.more_threads = static_cast<int>(median(figures(trials, &TrialFigures::more_threads)));
  row.served_share = median(figures(trials, &TrialFigures::served_share));
  row.aborts_per_attempt = median(figures(trials, &TrialFigures::aborts_per_attempt));
  for (const TrialFigures& trial : trials) {
    if (trial.status == TrialStatus::ok) continue;
    row.trouble = fmt::format("{} {}", to_string(trial.status), trial.message.data());
  }
  return row;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

// "a difference of 7 % would have been called" and its like.
std::string told_power(const Panel& panel) {
  std::string text;
  if (panel.least_seen > 0) {
    text += fmt::format(". {} sitting{}, {} rounds: a difference of {:.{}f} % would have been called", panel.sittings,
                        panel.sittings == 1 ? "" : "s", panel.rounds, 100 * panel.least_seen,
                        panel.least_seen < 0.1 ? 1 : 0);
  }
  if (panel.false_call()) text += ". The reference was called different from itself: do not believe this table";
  return text;
}

// " (about 40 more rounds would tell)", where there is hope.
std::string told_rounds(const Panel& panel) {
  double needed = 0;
  for (const PanelRow& row : panel.rows) needed = std::max(needed, row.to_best.rounds_needed - panel.rounds);
  if (needed < 1) return "";
  if (needed > 2000) return " (thousands of rounds would tell)";
  const double digit = needed < 20 ? 1 : needed < 200 ? 10 : 100;  // two digits would say more than is known
  return fmt::format(" (about {:.0f} more rounds would tell)", std::ceil(needed / digit) * digit);
}

// "Which should I pick", from the figures alone.
std::string answer_for(const Panel& panel) {
  if (panel.rows.empty()) return "Nothing was measured.";
  const PanelRow* best = panel.best();
  if (best == nullptr) {
    const bool limited = std::ranges::any_of(panel.rows, [](const PanelRow& row) { return !row.breaks.empty(); });
    return limited ? fmt::format("{} at {} thread{}: no design keeps the limits.", panel.plan.workload,
                                 panel.plan.threads, panel.plan.threads == 1 ? "" : "s")
                   : "No design finished its trials without an error.";
  }
  const std::string where =
      fmt::format("{} at {} thread{}{}", panel.plan.workload, panel.plan.threads, panel.plan.threads == 1 ? "" : "s",
                  panel.oversubscribed ? " (oversubscribed)" : "");
  std::vector<std::string> tied;
  std::vector<std::string> undecided;
  for (const PanelRow& row : panel.rows) {
    if (&row == best || !row.may_be_picked()) continue;
    if (row.to_best.comparison == Comparison::tie) tied.push_back(row.marked());
    if (row.to_best.comparison == Comparison::undecided) undecided.push_back(row.marked());
  }
  std::string text = fmt::format("For {}: {}", where, best->marked());
  const bool limited = std::ranges::any_of(panel.rows, [](const PanelRow& row) { return !row.breaks.empty(); });
  if (tied.empty() && undecided.empty()) {
    text += limited ? " wins against every other design that keeps the limits" : " wins against every other design";
  }
  if (!tied.empty()) text += fmt::format(", tied with {}", join(tied));
  if (!undecided.empty())
    text += fmt::format("{} not separated from {}", tied.empty() ? "," : ", and", join(undecided)) + told_rounds(panel);
  text += fmt::format("; {:.2f} times the reference", best->to_reference.ratio);
  if (best->to_one_lock.interval) text += fmt::format(", {:.2f} times {}", best->to_one_lock.ratio, one_lock_name);
  if (best->fair_share > 0 && panel.plan.threads > 1) {
    text += fmt::format(", least share of a thread {:.2f} of an equal one", best->fair_share);
    if (best->fair_share < 0.1) text += ": somebody starves";
  }
  if (best->served_share > 0) text += fmt::format(", {:.1f} % of its calls served", 100 * best->served_share);
  if (best->bytes_per_entry > 0) text += fmt::format(", {:.0f} bytes per entry", best->bytes_per_entry);
  const bool calls_are_jobs = panel.plan.system->traits.owns_threads;
  if (!calls_are_jobs && panel.noop_per_s > 0 && best->operations_per_s > panel.noop_per_s / 5) {
    text += ". The harness itself takes more than a fifth of its time";
  }
  if (!best->checks.recommendable()) text += ". Not to be picked before it has passed tests/run on these sources";
  return text + told_power(panel) + ".";
}

// Compares the rows of which `counts` is true as one table; `pair_of` says with what. The results go to the field `to`.
template <class Counts, class PairOf>
void compare_rows(Panel& panel, PairedRatio PanelRow::* to, Counts counts, PairOf pair_of) {
  std::vector<PanelRow*> compared;
  std::vector<Pair> pairs;
  for (PanelRow& row : panel.rows) {
    if (!counts(row)) continue;
    compared.push_back(&row);
    pairs.push_back(pair_of(row.implementation));
  }
  const std::vector<PairedRatio> ratios = compare(pairs);
  for (std::size_t i = 0; i < ratios.size(); ++i) compared[i]->*to = ratios[i];
}

void compare_with_reference(Panel& panel, const Speeds& speeds) {
  compare_rows(
      panel, &PanelRow::to_reference, [](const PanelRow& row) { return row.implementation != "reference"; },
      [&](const std::string& name) { return speeds.to_reference(name); });
  std::vector<double> least_seen;
  for (const PanelRow& row : panel.rows) {
    if (row.to_reference.interval) least_seen.push_back(row.to_reference.least_seen);
  }
  panel.least_seen = median(std::move(least_seen));
}

// Each design to one lock over the table that it shares out, where the system has that.
void compare_with_one_lock(Panel& panel, const Speeds& speeds) {
  if (std::ranges::find(panel.rows, one_lock_name, &PanelRow::implementation) == panel.rows.end()) return;
  compare_rows(
      panel, &PanelRow::to_one_lock,
      [](const PanelRow& row) { return row.implementation != one_lock_name && !is_yardstick(row.implementation); },
      [&](const std::string& name) { return Pair(speeds.of(name), speeds.of(one_lock_name)); });
}

// The best to each of the others.
void compare_with_best(Panel& panel, const Speeds& speeds) {
  const PanelRow* best = panel.best();
  if (best == nullptr) return;
  compare_rows(
      panel, &PanelRow::to_best, [&](const PanelRow& row) { return &row != best && row.may_be_picked(); },
      [&](const std::string& name) { return Pair(speeds.of(best->implementation), speeds.of(name)); });
}

}  // namespace

std::string trial_name(const PanelPlan& plan, const std::string& implementation) {
  return fmt::format("{}/{}/{}/threads:{}", plan.system->name, implementation, plan.workload, plan.threads);
}

bool Panel::false_call() const {
  const auto again = std::ranges::find(rows, again_name, &PanelRow::implementation);
  if (again == rows.end()) return false;
  const Comparison called = again->to_reference.comparison;
  return called == Comparison::win || called == Comparison::loss;
}

void Panel::withdraw_verdicts() {
  for (PanelRow& row : rows) row.to_reference.comparison = row.to_best.comparison = Comparison::undecided;
  answer = "The machine was too busy to say.";
}

std::vector<std::string> Panel::open() const {
  std::vector<std::string> names;
  const PanelRow* top = best();
  bool best_is_open = false;
  for (const PanelRow& row : rows) {
    const bool asked = !is_yardstick(row.implementation) || slowed_percent(row.implementation);
    if (!asked || !row.trouble.empty() || &row == top) continue;
    const bool rivals = row.may_be_picked() && !row.to_best.decided();
    best_is_open |= rivals;
    if (rivals || !row.to_reference.decided()) names.push_back(row.implementation);
  }
  if (top != nullptr && !is_yardstick(top->implementation) && (best_is_open || !top->to_reference.decided())) {
    names.push_back(top->implementation);
  }
  return names;
}

const PanelRow* Panel::best() const {
  const auto found = std::ranges::find_if(rows, &PanelRow::may_be_picked);
  return found == rows.end() ? nullptr : &*found;
}

Panel judge(const PanelPlan& plan, const PanelTrials& trials, const CheckRecords& records, const Limits& limits) {
  Panel panel;
  panel.plan = plan;
  panel.oversubscribed = plan.threads > usable_cores();
  for (const auto& rounds : trials.sittings.at("reference")) {
    if (!rounds.empty()) ++panel.sittings;
    panel.rounds += static_cast<int>(rounds.size());
  }
  for (const auto& [name, of_name] : trials.sittings) {
    const std::vector<TrialFigures> all = flat(of_name);
    const auto found_times = trials.times.find(name);
    const TimeHistogram times = found_times == trials.times.end() ? TimeHistogram{} : found_times->second;
    const auto found_rates = trials.rates.find(name);
    const RatesOfDesign rates = found_rates == trials.rates.end() ? RatesOfDesign{} : found_rates->second;
    if (name == noop_name) {
      panel.floor = times;
      panel.floor_rates = rates;
      panel.noop_per_s = median(figures(all, &TrialFigures::operations_per_s));
      continue;
    }
    panel.rows.push_back(figures_of(name, all, times));
    panel.rows.back().oversubscribed =
        !plan.system->traits.owns_threads && plan.threads + panel.rows.back().more_threads > usable_cores();
    panel.rows.back().rates = rates;
    panel.rows.back().peer = peer_mark_of(*plan.system, name);
    panel.rows.back().breaks = limits.broken_by(panel.rows.back());
    panel.rows.back().checks = records.of(plan.system->name, is_copy(name) ? "reference" : name);
  }
  const Speeds speeds(trials);
  compare_with_reference(panel, speeds);
  // A design whose trial went wrong is not a slow one: it is out of the comparison, as who breaks a limit is. The order is
  // that of the ratios, in which the machine's moods cancel out.
  std::ranges::sort(panel.rows, std::greater{}, [](const PanelRow& row) {
    return std::tuple(row.trouble.empty(), row.breaks.empty(), row.to_reference.ratio);
  });
  compare_with_best(panel, speeds);
  compare_with_one_lock(panel, speeds);
  panel.answer = answer_for(panel);
  return panel;
}

}  // namespace contend
