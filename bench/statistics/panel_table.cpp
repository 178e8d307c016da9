#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "bench/statistics/panel.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {

std::string short_number(double value) {
  return fmt::format("{:.{}f}", value, value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

std::string short_time(double ns) {
  if (ns <= 0) return "-";
  if (ns < 9999.5) return fmt::format("{:.0f}", ns);
  if (ns < 999'500) return fmt::format("{:.0f}u", ns / 1e3);
  if (ns < 999'500'000) return fmt::format("{:.3g}m", ns / 1e6);
  return fmt::format("{:.3g}s", ns / 1e9);
}

namespace {

// "0.5%", "78.7%", "100%"; "-" for 0, which stands for not counted.
std::string short_percent(double share) {
  return share > 0 ? fmt::format("{:.{}f}%", 100 * share, share < 0.9995 ? 1 : 0) : "-";
}

// "p99.87"; "nothing" where ten calls were not timed.
std::string known_part(const TimeHistogram& times) {
  if (times.known_to() <= 0) return "nothing";
  return fmt::format("p{:.4g}", std::floor(1e4 * times.known_to()) / 100);
}

// Designs whose own threads take cores from the callers: their figures are not of the number of threads in the heading.
std::string told_oversubscribed(const Panel& panel) {
  std::string names;
  if (panel.oversubscribed) return "";  // all are, and the heading says so
  for (const PanelRow& row : panel.rows) {
    if (!row.oversubscribed) continue;
    names += fmt::format("{}{} (+{})", names.empty() ? "" : ", ", row.implementation, row.more_threads);
  }
  return names.empty() ? "" : paragraph("oversubscribed, by threads of their own: " + names, 2);
}

// Names bear a star where somebody would write or install that instead of a design.
std::string starred(const PanelRow& row) {
  return row.implementation + (row.peer.empty() ? "" : "*");
}

std::string told_peers(const Panel& panel) {
  std::string names;
  for (const PanelRow& row : panel.rows) {
    if (!row.peer.empty()) names += (names.empty() ? "" : ", ") + row.marked();
  }
  return names.empty() ? "" : paragraph("* peers, not designs: " + names, 2);
}

// What the clock takes is in every time; and of whom the last quantile is not known, because too few calls were timed.
std::string told_times(const Panel& panel) {
  std::string text;
  if (const double p50_ns = panel.floor.quantile(0.5); p50_ns > 0) {
    text += paragraph(fmt::format("times hold the clock's own: p50 {}, p99 {} of a call that does nothing",
                                  short_time(p50_ns), short_time(panel.floor.quantile(0.99))),
                      2);
  }
  std::string silent;
  for (const PanelRow& row : panel.rows) {
    if (!row.trouble.empty() || row.times.quantile(0.999) > 0) continue;
    silent += fmt::format("{}{} ({})", silent.empty() ? "" : ", ", row.implementation, known_part(row.times));
  }
  if (!silent.empty()) text += paragraph("too few calls were timed to tell p99.9; told up to: " + silent, 2);
  return text;
}

// One line where all designs are checked alike, as they mostly are.
std::string told_checks(const Panel& panel) {
  std::map<std::string, std::string> designs;
  for (const PanelRow& row : panel.rows) {
    if (!is_copy(row.implementation)) designs[row.checks.describe()] += " " + row.implementation;
  }
  if (designs.size() == 1) return paragraph("on these sources: " + designs.begin()->first, 2);
  std::string text;
  for (const auto& [checks, names] : designs) text += paragraph(checks + ":" + names, 2);
  return text;
}

std::string heading_of(const Panel& panel) {
  const BenchTraits& traits = panel.plan.system->traits;
  std::string text = fmt::format("{} / {}, {} thread{}{}; {} sitting{}, {} round{}", panel.plan.system->name,
                                 panel.plan.workload, panel.plan.threads, panel.plan.threads == 1 ? "" : "s",
                                 panel.oversubscribed ? " (oversubscribed)" : "", panel.sittings,
                                 panel.sittings == 1 ? "" : "s", panel.rounds, panel.rounds == 1 ? "" : "s");
  if (panel.least_seen > 0) text += fmt::format(", sees {:.0f} %", 100 * panel.least_seen);
  // Where a system has threads of its own, one call is a whole job: what the harness adds is negligible.
  if (panel.noop_per_s > 0 && !traits.owns_threads) {
    text += fmt::format("; the harness takes {:.1f} ns an operation", 1e9 / panel.noop_per_s * panel.plan.threads);
  }
  return "\n" + paragraph(text, 0);
}

}  // namespace

// Intervals of speeds and other times are in the results alone: a row is as wide as a terminal.
std::string to_table(const Panel& panel) {
  const BenchTraits& traits = panel.plan.system->traits;
  const bool served = std::ranges::any_of(panel.rows, [](const PanelRow& row) { return row.served_share > 0; });
  std::size_t names = 0;
  for (const PanelRow& row : panel.rows) names = std::max(names, starred(row).size());
  std::string text = heading_of(panel);
  text += fmt::format("{:<{}} {:>8} {:>6} {:>11} {:<9} {:>5} {:>5} {:>4} {:>5}\n", "design", names, traits.speed_unit(),
                      "ratio", "95 %", "verdict", served ? "serv." : "p99", served ? "p99" : "p99.9", "fair", "B/ent");
  for (const PanelRow& row : panel.rows) {
    const std::optional<Interval>& ratio = row.to_reference.interval;
    text += fmt::format("{:<{}} {:>8} {:>6} {:>11} {:<9} {:>5} {:>5} {:>4.2f} {:>5}\n{}", starred(row), names,
                        short_number(row.operations_per_s / traits.unit_scale), short_number(row.to_reference.ratio),
                        ratio ? fmt::format("{}-{}", short_number(ratio->low), short_number(ratio->high)) : "-",
                        row.implementation == "reference" ? "-" : to_string(row.to_reference.comparison),
                        served ? short_percent(row.served_share) : short_time(row.p99_ns),
                        short_time(served ? row.p99_ns : row.p999_ns), row.fair_share,
                        row.bytes_per_entry > 0 ? short_number(row.bytes_per_entry) : "-",
                        row.trouble.empty() ? "" : paragraph(row.trouble, 2));
    if (!row.breaks.empty()) text += paragraph("breaks " + row.breaks, 2);
  }
  return text + told_peers(panel) + told_times(panel) + told_oversubscribed(panel) + told_checks(panel);
}

}  // namespace contend
