#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace contend {

// The first panel of each system of a result file as one SVG: every design as a mark on a line, by how many times as fast as the reference it
// is. Filled marks are verdicts, hollow ones are undecided, squares stand on TBB; the best has its interval and its name.
// Readable on light and on dark ground. Empty where there are no panels.
std::string picture_of(const nlohmann::json& results);

}  // namespace contend
