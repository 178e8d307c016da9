#include "bench/statistics/summary.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

const BenchSystem::Implementation* design(const Panel& panel, const std::string& name) {
  const auto& all = panel.plan.system->implementations;
  const auto found = std::ranges::find(all, name, &BenchSystem::Implementation::name);
  return found == all.end() ? nullptr : &*found;
}

std::string with_interval(const PairedRatio& ratio) {
  return ratio.interval ? fmt::format("{:.3g} [{:.3g}-{:.3g}]", ratio.ratio, ratio.interval->low, ratio.interval->high)
                        : fmt::format("{:.3g}", ratio.ratio);
}

// Those that are tied with the best or not told from it, with commas.
std::string names_at_the_top(const Panel& panel) {
  std::string names;
  for (const PanelRow& row : panel.rows) {
    const bool counts = &row != panel.best() && row.may_be_picked();
    if (counts && row.to_best.comparison != Comparison::win) names += (names.empty() ? "" : ", ") + row.marked();
  }
  return names;
}

}  // namespace

SummaryRow summarize(const Panel& panel) {
  SummaryRow row;
  row.system = panel.plan.system->name;
  row.workload = panel.plan.workload;
  row.threads = panel.plan.threads;
  // The best row stands first, rows with trouble stand last.
  const PanelRow* tbb = nullptr;
  const PanelRow* best = nullptr;
  for (const PanelRow& candidate : panel.rows) {
    if (!candidate.may_be_picked()) continue;
    if (!candidate.checks.recommendable()) {
      if (best == nullptr && row.untested.empty()) row.untested = candidate.implementation;
      continue;
    }
    if (best == nullptr) best = &candidate;
    const auto* known = design(panel, candidate.implementation);
    if (tbb == nullptr && known != nullptr && known->contract.technique.starts_with("tbb")) tbb = &candidate;
  }
  if (best == nullptr) return row;
  const BenchTraits& traits = panel.plan.system->traits;
  row.best = best->implementation;
  row.peer = best->peer;
  row.checks = best->checks;
  row.speed = short_number(best->operations_per_s / traits.unit_scale) + " " + traits.speed_unit();
  row.to_reference = best->to_reference;
  if (best == panel.best()) row.not_separated = names_at_the_top(panel);
  row.fair_share = best->fair_share;
  row.p99_ns = best->p99_ns;
  row.bytes_per_entry = best->bytes_per_entry;
  if (const auto* known = design(panel, row.best)) row.why = known->contract.summary;
  if (tbb != nullptr && tbb != best && best == panel.best()) {
    row.tbb = tbb->implementation;
    row.to_tbb = tbb->to_best;
  }
  return row;
}

std::string to_table(const std::vector<SummaryRow>& rows) {
  if (rows.empty()) return "";
  std::string text =
      fmt::format("\nWhat to pick, by the default workload of each system\n{:<13}{:<19} {:>13} {:>16} {:>16}\n",
                  "system", "best design", "speed", "to reference", "to TBB");
  for (const SummaryRow& row : rows) {
    const std::string load = fmt::format("{}, {} thread{}", row.workload, row.threads, row.threads == 1 ? "" : "s");
    if (row.best.empty()) {
      text +=
          fmt::format("{:<13}none{}\n  {}\n", row.system, row.untested.empty() ? " came through its trials" : "", load);
    } else {
      text += fmt::format("{:<13}{:<19} {:>13} {:>16} {:>16}\n", row.system, row.best, row.speed,
                          with_interval(row.to_reference), row.tbb.empty() ? "-" : with_interval(row.to_tbb));
      if (!row.not_separated.empty()) text += paragraph("not separated from " + row.not_separated, 2);
      text += paragraph(
          fmt::format("{}: least share {:.2f}, p99 {}{}", load, row.fair_share, short_time(row.p99_ns),
                      row.bytes_per_entry > 0 ? fmt::format(", {:.0f} bytes an entry", row.bytes_per_entry) : ""),
          2);
      text += paragraph(row.peer.empty() ? row.why : "a peer, " + row.peer + ": " + row.why, 2) +
              paragraph(row.checks.describe(), 2);
    }
    if (!row.untested.empty()) {
      text += paragraph(row.untested + " was faster, but has not passed its tests on these sources: tests/run", 2);
    }
  }
  return text;
}

}  // namespace contend
