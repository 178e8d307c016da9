#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "stress/driver/attack.hpp"

namespace contend {

// Each design with its attacks, or each broken one with its bug; then what the attacks ask. As wide as a terminal.
void print_list(const std::vector<StressTarget>& targets);

// A row for each target.
nlohmann::json list_json(const std::vector<StressTarget>& targets);

}  // namespace contend
