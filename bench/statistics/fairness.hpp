#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/engine/trial.hpp"

namespace contend {

// One implementation where everybody wants the same few entries.
struct FairnessRow {
  std::string implementation;
  double operations_per_s = 0;
  double least_share = 0;
  // Jain's index over windows of growing length, in ms, from the slices of the trials.
  std::vector<std::pair<double, double>> jain_by_window;
  std::uint64_t longest_wait_calls = 0;  // the most calls that others completed during one of a thread's own
  double aborts_per_attempt = 0;
};

struct FairnessTable {
  const BenchSystem* system = nullptr;
  std::string workload;
  int threads = 2;
  std::vector<FairnessRow> rows;
};

FairnessRow judge_fairness(const std::string& implementation, const std::vector<TrialResult>& trials,
                           std::uint64_t longest_wait_calls);

std::string to_table(const FairnessTable& fairness);

}  // namespace contend
