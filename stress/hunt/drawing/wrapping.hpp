#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace contend::hunt {

// The text in lines of at most that width, broken at blanks where there are any.
std::vector<std::string> wrapped(std::string text, std::size_t width);

}  // namespace contend::hunt
