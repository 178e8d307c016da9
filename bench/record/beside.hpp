#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace contend {

// What the programs beside the benchmarks have found, as the texts that they left: a result file holds it, so that the page
// can show it.
struct Beside {
  std::vector<std::string> deadlocks;  // stress/run --broken --survival N --json
  std::vector<std::string> hunts;      // stress/run --hunt --json FILE
  std::string kill_table;              // what stress/run --hunt --kill-table N prints; empty if there is none
};

// Adds it to a result file as x_deadlock and x_hunt; what that holds already stays where there is nothing new. Throws
// std::invalid_argument with a sentence where a text is not what it should be.
void add_beside(nlohmann::json& results, const Beside& beside);

// The same for the text of a result file.
std::string with_beside(const std::string& results, const Beside& beside);

}  // namespace contend
