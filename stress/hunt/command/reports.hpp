#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "stress/hunt/command/hunts.hpp"

namespace contend::hunt {

// What came of a hunt, for people and for programs.
void print_report(const HuntReport& report, bool with_trace);
nlohmann::json report_json(const HuntReport& report);
// A token and the hash of the trace that it stands for.
void print_trace(const std::string& token, std::uint64_t hash);

}  // namespace contend::hunt
