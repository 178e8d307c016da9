#pragma once

#include <string>
#include <vector>

#include "bench/statistics/panel.hpp"

namespace contend {

// The first panel of each system as one SVG: every design as a mark on a line, by how many times as fast as the reference it
// is. Filled marks are verdicts, hollow ones are undecided, squares stand on TBB; the best has its interval and its name.
// Readable on light and on dark ground. Empty where there are no panels.
std::string picture_of(const std::vector<Panel>& panels);

}  // namespace contend
