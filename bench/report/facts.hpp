#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace contend {

// A name and what is so called, in words.
using Facts = std::vector<std::pair<std::string, std::string>>;

// What a set of results was measured on: processor, cores, caches, memory, kernel, compiler, libraries. Two sets whose facts
// are the same are of one kind of machine. "unknown" where the file does not tell.
Facts facts_of_machine(const nlohmann::json& results);

// How the machine checked itself: what the harness costs there, whether it scales, how the control fared, how quiet it was.
Facts facts_of_check(const nlohmann::json& results);

// Date, commit and machine: "27 November 2026, 595239c, AMD EPYC, 2 cores".
std::string title_of(const nlohmann::json& results);

}  // namespace contend
