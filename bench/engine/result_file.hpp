#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/engine/session.hpp"

namespace contend {

// The parts of a result file that no judgement is in: what ran where, and what each trial gave. Documented in
// results/README.md.

nlohmann::json context_json(const SessionOptions& options, const std::vector<std::string>& arguments, bool complete);
nlohmann::json trial_json(const TrialResult& trial);
nlohmann::json implementations_json(const std::vector<BenchSystem>& systems);
nlohmann::json workloads_json(const std::vector<BenchSystem>& systems);

}  // namespace contend
