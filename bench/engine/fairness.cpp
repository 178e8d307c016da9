#include "bench/engine/fairness.hpp"

#include <fmt/format.h>

#include "bench/engine/statistics.hpp"

namespace contend {

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

nlohmann::json fairness_json(const std::string& name, const std::vector<TrialResult>& trials,
                             std::uint64_t longest_wait_calls) {
  nlohmann::json curve = nlohmann::json::array();
  for (const auto& [window_ms, index] : jain_by_window(trials)) curve.push_back({window_ms, index});
  std::vector<double> shares;
  std::vector<double> speeds;
  std::vector<double> aborts;
  for (const TrialResult& trial : trials) {
    shares.push_back(trial.fair_share());
    speeds.push_back(trial.operations_per_s());
    aborts.push_back(trial.aborts_per_attempt());
  }
  return {{"implementation", name},
          {"ops_per_s", median(speeds)},
          {"min_share", median(shares)},
          {"jain", curve},
          {"longest_wait_calls", longest_wait_calls},
          {"aborts_per_attempt", median(aborts)}};
}

std::string fairness_table(const nlohmann::json& fairness, const BenchTraits& traits) {
  std::string text = fmt::format(
      "\n{} / {}, {} threads: who waits for whom\n{:<18} {:>8} {:>12} {:>13} {:>14} {:>14} {:>12}\n",
      fairness["system"].get<std::string>(), fairness["workload"].get<std::string>(), fairness["threads"].get<int>(),
      "design", traits.speed_unit(), "least share", "longest wait", "Jain at 10 ms", "Jain, longest", "aborts/try");
  for (const auto& row : fairness["rows"]) {
    const auto& jain = row["jain"];
    text += fmt::format("{:<18} {:>8.3f} {:>12.2f} {:>13} {:>14.3f} {:>14.3f} {:>12.3f}\n",
                        row["implementation"].get<std::string>(), row["ops_per_s"].get<double>() / traits.unit_scale,
                        row["min_share"].get<double>(), row["longest_wait_calls"].get<std::uint64_t>(),
                        jain.empty() ? 0 : jain.front()[1].get<double>(),
                        jain.empty() ? 0 : jain.back()[1].get<double>(), row["aborts_per_attempt"].get<double>());
  }
  return text + "A wait is counted in calls that others completed during one of a thread's own; noop is the control.\n";
}

}  // namespace contend
