#pragma once

#include <string_view>

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// Whether the line matches. O(pattern).
bool matches(const LinePattern& pattern, Format format, std::string_view line);

}  // namespace contend::log_parser
