#include "bench/statistics/agreement.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace contend {
namespace {

const PanelRow* row_of(const std::vector<Panel>& panels, const PanelPlan& plan, const std::string& implementation) {
  for (const Panel& panel : panels) {
    const bool same = panel.plan.system->name == plan.system->name && panel.plan.workload == plan.workload &&
                      panel.plan.threads == plan.threads;
    if (!same) continue;
    const auto found = std::ranges::find(panel.rows, implementation, &PanelRow::implementation);
    return found == panel.rows.end() ? nullptr : &*found;
  }
  return nullptr;
}

void count(const std::string& name, const PairedRatio& before, const PairedRatio& after, Agreement& agreement) {
  ++agreement.pairs;
  if (before.interval->low <= after.interval->high && after.interval->low <= before.interval->high) {
    ++agreement.overlap;
  } else {
    agreement.disjoint.push_back({name, before.ratio, after.ratio});
  }
  const auto is = [](const PairedRatio& ratio, Comparison comparison) { return ratio.comparison == comparison; };
  if (before.comparison == after.comparison) ++agreement.same;
  if (before.decided() != after.decided()) ++agreement.settled;
  if ((is(before, Comparison::win) && is(after, Comparison::loss)) ||
      (is(before, Comparison::loss) && is(after, Comparison::win))) {
    agreement.turned.push_back({name, before.ratio, after.ratio});
  }
}

}  // namespace

Agreement agreement_of(const std::vector<Panel>& before, const std::vector<Panel>& after) {
  Agreement agreement;
  for (const Panel& panel : before) {
    for (const PanelRow& row : panel.rows) {
      if (row.implementation == "reference" || !row.to_reference.interval) continue;
      const PanelRow* other = row_of(after, panel.plan, row.implementation);
      if (other == nullptr || !other->to_reference.interval) continue;
      count(trial_name(panel.plan, row.implementation), row.to_reference, other->to_reference, agreement);
    }
  }
  return agreement;
}

std::string to_table(const Agreement& agreement) {
  std::string text = fmt::format(
      "{} ratios to the reference stand in both files with an interval.\n"
      "  intervals that overlap      {:>5} of {} ({:.1f} %)\n"
      "  verdicts that are the same  {:>5} of {}\n"
      "  decided in one file only    {:>5}\n"
      "  verdicts that turn round    {:>5}\n",
      agreement.pairs, agreement.overlap, agreement.pairs,
      agreement.pairs == 0 ? 0 : 100.0 * agreement.overlap / agreement.pairs, agreement.same, agreement.pairs,
      agreement.settled, agreement.turned.size());
  for (const Agreement::Turned& row : agreement.turned) {
    text += fmt::format("  turned: {}, {:.2f} and {:.2f}\n", row.row, row.before, row.after);
  }
  for (const Agreement::Turned& row : agreement.disjoint) {
    text += fmt::format("  apart:  {}, {:.2f} and {:.2f}\n", row.row, row.before, row.after);
  }
  return text;
}

}  // namespace contend
