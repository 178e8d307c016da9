#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "stress/driver/attack.hpp"

namespace contend {

// One child process that ran an attack until it hung, was caught, or came to its end.
struct SurvivalRun {
  std::uint64_t seed = 0;
  std::uint64_t operations = 0;  // that the attack had completed by then, where it counts them
  bool hung = false;
  std::string cycle;    // of a deadlock, as the watchdog named it: "account 1 -> account 3 -> account 1"
  std::string trouble;  // what else ended it; empty: it hung, or survived
};

// Runs the attack in `children` child processes, one after the other, each with a seed of its own. The calling process
// should have one thread.
std::vector<SurvivalRun> measure_survival(const StressTarget& target, const AttackOptions& options, int children);

// The part of the runs that got beyond a number of operations, at the numbers where it changes by a tenth, and the
// cycles that were named. Fits 100 columns.
std::string survival_table(const std::vector<SurvivalRun>& runs);

// What ran, and every run in full.
nlohmann::json survival_json(const StressTarget& target, const AttackOptions& options,
                             const std::vector<SurvivalRun>& runs);

}  // namespace contend
