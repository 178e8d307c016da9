#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/engine/trial.hpp"

namespace contend {

// Jain's index over windows of growing length, in ms, from the slices of the trials of one implementation.
std::vector<std::pair<double, double>> jain_by_window(const std::vector<TrialResult>& trials);

// One implementation where everybody wants the same few entries. `longest_wait_calls`: the most calls that others
// completed during one of a thread's own.
nlohmann::json fairness_json(const std::string& name, const std::vector<TrialResult>& trials,
                             std::uint64_t longest_wait_calls);

// A table of such rows. `fairness` also names system, workload and threads.
std::string fairness_table(const nlohmann::json& fairness, const BenchTraits& traits);

}  // namespace contend
