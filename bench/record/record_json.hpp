#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "bench/record/record.hpp"

namespace contend {

// The parts of a result file that hold what was measured: x_sittings, x_trials, x_times, x_rates, x_fairness, x_harness.
void write_record(const Record& record, nlohmann::json& results);

// The same read back. Throws std::invalid_argument with a sentence where the file is of an older schema, names a system
// that this program does not hold, or lacks a part.
Record read_record(const nlohmann::json& results, const std::vector<BenchSystem>& systems);

}  // namespace contend
