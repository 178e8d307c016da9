#include "bench/statistics/panel.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <thread>

namespace contend {
namespace {

// The median of a quantile over the rounds; 0 where most rounds had too few samples for it.
double median_time(std::vector<double> values) {
  const std::size_t all = values.size();
  std::erase(values, 0.0);
  return 2 * values.size() > all ? median(values) : 0;
}

PanelRow judge_row(const std::string& name, const std::vector<TrialResult>& trials,
                   const std::vector<double>& reference, double zone) {
  PanelRow row;
  row.implementation = name;
  row.operations_per_s = median(speeds_of(trials));
  row.interval = median_interval(speeds_of(trials));
  row.to_reference = compare_paired(speeds_of(trials), reference, zone);
  row.p50_ns = median_time(figures(trials, &TrialResult::p50_ns));
  row.p99_ns = median_time(figures(trials, &TrialResult::p99_ns));
  row.p999_ns = median_time(figures(trials, &TrialResult::p999_ns));
  row.fair_share = median(figures(trials, &TrialResult::fair_share));
  row.bytes_per_entry = median(figures(trials, &TrialResult::bytes_per_entry));
  row.served_share = median(figures(trials, &TrialResult::served_share));
  row.aborts_per_attempt = median(figures(trials, &TrialResult::aborts_per_attempt));
  for (const TrialResult& trial : trials) {
    if (trial.status == TrialStatus::ok) continue;
    row.trouble = fmt::format("{} {}", to_string(trial.status), trial.message.data());
  }
  return row;
}

// Three digits that count: "0.123", "1.23", "12.3", "1234".
std::string short_number(double value) {
  return fmt::format("{:.{}f}", value, value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  return text;
}

void correct(std::vector<PairedRatio>& ratios) {
  std::vector<PairedRatio*> all;
  for (PairedRatio& ratio : ratios) all.push_back(&ratio);
  correct_for_many(all);
}

// "Which should I pick", from the figures alone.
std::string answer_for(const Panel& panel, const Trials& trials) {
  if (panel.rows.empty()) return "Nothing was measured.";
  const PanelRow& best =
      *std::ranges::find_if(panel.rows, [](const auto& row) { return row.implementation != again_name; });
  if (!best.trouble.empty()) return "No design finished its trials without an error.";
  const std::string where =
      fmt::format("{} at {} thread{}{}", panel.plan.workload, panel.plan.threads, panel.plan.threads == 1 ? "" : "s",
                  panel.oversubscribed ? " (oversubscribed)" : "");
  std::vector<std::string> others;
  std::vector<PairedRatio> ratios;  // of the best to each of the others
  std::vector<std::string> tied;
  std::vector<std::string> undecided;
  for (const PanelRow& row : panel.rows) {
    const std::string& other = row.implementation;
    if (&row == &best || other == again_name || !row.trouble.empty()) continue;
    others.push_back(other);
    ratios.push_back(
        compare_paired(speeds_of(trials.at(best.implementation)), speeds_of(trials.at(other)), panel.zone));
  }
  correct(ratios);
  for (std::size_t i = 0; i < others.size(); ++i) {
    if (ratios[i].comparison == Comparison::tie) tied.push_back(others[i]);
    if (ratios[i].comparison == Comparison::undecided) undecided.push_back(others[i]);
  }
  std::string text = fmt::format("For {}: {}", where, best.implementation);
  if (tied.empty() && undecided.empty()) text += " wins against every other design";
  if (!tied.empty()) text += fmt::format(", tied with {}", join(tied));
  if (!undecided.empty())
    text += fmt::format("{} not separated from {}", tied.empty() ? "," : ", and", join(undecided));
  text += fmt::format("; {:.2f} times the reference", best.to_reference.ratio);
  if (best.fair_share > 0 && panel.plan.threads > 1) {
    text += fmt::format(", least share of a thread {:.2f} of an equal one", best.fair_share);
  }
  if (best.served_share > 0) text += fmt::format(", {:.1f} % of its calls served", 100 * best.served_share);
  if (best.bytes_per_entry > 0) text += fmt::format(", {:.0f} bytes per entry", best.bytes_per_entry);
  const bool calls_are_jobs = panel.plan.system->traits.owns_threads;
  if (!calls_are_jobs && panel.noop_per_s > 0 && best.operations_per_s > panel.noop_per_s / 5) {
    text += ". The harness itself takes more than a fifth of its time";
  }
  if (!best.checks.recommendable()) text += ". Not to be picked before it has passed tests/run on these sources";
  return text + ".";
}

}  // namespace

std::vector<double> speeds_of(const std::vector<TrialResult>& trials) {
  return figures(trials, &TrialResult::operations_per_s);
}

std::string short_time(double ns) {
  if (ns <= 0) return "-";
  if (ns < 9999.5) return fmt::format("{:.0f}", ns);
  if (ns < 999'500) return fmt::format("{:.0f}u", ns / 1e3);
  if (ns < 999'500'000) return fmt::format("{:.3g}m", ns / 1e6);
  return fmt::format("{:.3g}s", ns / 1e9);
}

Panel judge(const PanelPlan& plan, const Trials& trials, const CheckRecords& records) {
  Panel panel;
  panel.plan = plan;
  panel.oversubscribed = plan.threads > static_cast<int>(std::thread::hardware_concurrency());
  const std::vector<double> reference = speeds_of(trials.at("reference"));
  panel.rounds = static_cast<int>(reference.size());
  const PairedRatio again = compare_paired(speeds_of(trials.at(again_name)), reference, panel.zone);
  panel.zone = std::max(panel.zone, 1.5 * std::abs(again.ratio - 1));
  for (const auto& [name, of_name] : trials) {
    if (name == noop_name) {
      panel.noop_per_s = median(speeds_of(of_name));
    } else {
      panel.rows.push_back(judge_row(name, of_name, reference, panel.zone));
      panel.rows.back().checks = records.of(plan.system->name, name == again_name ? "reference" : name);
    }
  }
  std::vector<PairedRatio*> to_reference;
  for (PanelRow& row : panel.rows) {
    const bool yardstick = row.implementation == "reference" || row.implementation == again_name;
    if (!yardstick) to_reference.push_back(&row.to_reference);
  }
  correct_for_many(to_reference);
  // A design whose trial went wrong is not a slow one: it is out of the comparison.
  std::ranges::sort(panel.rows, std::greater{},
                    [](const PanelRow& row) { return std::pair(row.trouble.empty(), row.operations_per_s); });
  panel.answer = answer_for(panel, trials);
  return panel;
}

// One line where all designs are checked alike, as they mostly are.
std::string told_checks(const Panel& panel) {
  std::map<std::string, std::string> designs;
  for (const PanelRow& row : panel.rows) {
    if (row.implementation != again_name) designs[row.checks.describe()] += " " + row.implementation;
  }
  if (designs.size() == 1) return fmt::format("  on these sources: {}\n", designs.begin()->first);
  std::string text;
  for (const auto& [checks, names] : designs) text += fmt::format("  {}:{}\n", checks, names);
  return text;
}

std::string to_table(const Panel& panel) {
  const BenchTraits& traits = panel.plan.system->traits;
  // Where a system has threads of its own, one call is a whole job: what the harness adds is negligible.
  const std::string floor = panel.noop_per_s > 0 && !traits.owns_threads
                                ? fmt::format("noop floor {:.1f} ns, ", 1e9 / panel.noop_per_s * panel.plan.threads)
                                : "";
  std::string text =
      fmt::format("\n{} / {}, {} thread{}{}, {} rounds; {}zone +-{:.0f} %\n", panel.plan.system->name,
                  panel.plan.workload, panel.plan.threads, panel.plan.threads == 1 ? "" : "s",
                  panel.oversubscribed ? " (oversubscribed)" : "", panel.rounds, floor, 100 * panel.zone);
  const bool served = std::ranges::any_of(panel.rows, [](const PanelRow& row) { return row.served_share > 0; });
  text += fmt::format("{:<18}{:>8} {:>12} {:>6} {:>11} {:<9} {:>5} {:>5} {:>5} {:>4} {:>5}{}\n", "design",
                      traits.speed_unit(), "95 %", "ratio", "95 %", "verdict", "p50", "p99", "p99.9", "fair", "B/ent",
                      served ? " served" : "");
  for (const PanelRow& row : panel.rows) {
    const auto range = [](const std::optional<Interval>& interval, double scale) {
      return interval ? fmt::format("{}-{}", short_number(interval->low * scale), short_number(interval->high * scale))
                      : std::string("-");
    };
    text += fmt::format("{:<18}{:>8} {:>12} {:>6.2f} {:>11} {:<9} {:>5} {:>5} {:>5} {:>4.2f} {:>5}{}\n{}",
                        row.implementation, short_number(row.operations_per_s / traits.unit_scale),
                        range(row.interval, 1 / traits.unit_scale), row.to_reference.ratio,
                        range(row.to_reference.interval, 1),
                        row.implementation == "reference" ? "-" : to_string(row.to_reference.comparison),
                        short_time(row.p50_ns), short_time(row.p99_ns), short_time(row.p999_ns), row.fair_share,
                        row.bytes_per_entry > 0 ? short_number(row.bytes_per_entry) : "-",
                        served ? fmt::format("{:>6.1f}%", 100 * row.served_share) : "",
                        row.trouble.empty() ? "" : "  " + row.trouble + "\n");
  }
  return text + told_checks(panel);
}

}  // namespace contend
