#include "bench/statistics/fairness.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "bench/statistics/panel.hpp"
#include "bench/statistics/statistics.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

std::vector<std::pair<double, double>> jain_by_window(const std::vector<TrialResult>& trials) {
  std::vector<std::pair<double, double>> curve;
  for (const int window : {1, 2, 5, 10, 20}) {
    std::vector<double> indices;
    for (const TrialResult& trial : trials) {
      for (int first = 0; first + window <= trial.slices; first += window) {
        std::vector<double> shares;
        for (int thread = 0; thread < trial.threads; ++thread) {
          const auto& slices = trial.slice_operations[static_cast<std::size_t>(thread)];
          double sum = 0;
          for (int slice = first; slice < first + window; ++slice) sum += slices[static_cast<std::size_t>(slice)];
          shares.push_back(sum);
        }
        indices.push_back(jain_index(shares));
      }
    }
    if (!indices.empty()) curve.emplace_back(window * slice_ms, median(indices));
  }
  return curve;
}

}  // namespace

FairnessRow judge_fairness(const std::string& implementation, const std::vector<TrialResult>& trials,
                           std::uint64_t longest_wait_calls) {
  return {.implementation = implementation,
          .operations_per_s = median(figures(trials, &TrialResult::operations_per_s)),
          .least_share = median(figures(trials, &TrialResult::fair_share)),
          .jain_by_window = jain_by_window(trials),
          .longest_wait_calls = longest_wait_calls,
          .aborts_per_attempt = median(figures(trials, &TrialResult::aborts_per_attempt))};
}

std::string to_table(const FairnessTable& fairness) {
  const BenchTraits& traits = fairness.system->traits;
  std::size_t names = 0;
  for (const FairnessRow& row : fairness.rows) names = std::max(names, row.implementation.size());
  std::string text = fmt::format("\n{} / {}, {} threads: who waits for whom\n", fairness.system->name,
                                 fairness.workload, fairness.threads);
  text += fmt::format("{:<{}} {:>8} {:>6} {:>9} {:>9} {:>9} {:>7}\n", "design", names, traits.speed_unit(), "share",
                      "waited", "Jain 10ms", "Jain all", "aborts");
  for (const FairnessRow& row : fairness.rows) {
    const auto& jain = row.jain_by_window;
    text += fmt::format("{:<{}} {:>8} {:>6.2f} {:>9} {:>9.3f} {:>9.3f} {:>7.3f}\n", row.implementation, names,
                        short_number(row.operations_per_s / traits.unit_scale), row.least_share, row.longest_wait_calls,
                        jain.empty() ? 0 : jain.front().second, jain.empty() ? 0 : jain.back().second,
                        row.aborts_per_attempt);
  }
  return text + paragraph(
                    "share: the least of a thread, 1 is an equal one; waited: the most calls that others completed "
                    "during one of a thread's own; Jain: 1 where all got the same, within 10 ms and within the longest "
                    "window; aborts: of an attempt. noop is the control.",
                    2);
}

}  // namespace contend
