#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace contend {

// What a terminal shows in one line.
inline constexpr std::size_t terminal_columns = 80;

// The text in lines of at most that width, broken at blanks where there are any.
std::vector<std::string> wrapped(std::string text, std::size_t width);

// The same as one text, each line behind `indent` blanks and none wider than a terminal.
std::string paragraph(std::string text, std::size_t indent);

}  // namespace contend
