#pragma once

#include <string>
#include <vector>

namespace contend::hunt {

// A text in which lines are calls, "thread 1 [ 3, 9] set(2) -> ok", as a table of them: in the order in which they began, with a
// bar from there to the answer. All other lines stay as they are.
std::vector<std::string> told_history(const std::string& text);

}  // namespace contend::hunt
