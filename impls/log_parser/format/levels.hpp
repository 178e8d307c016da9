#pragma once

#include <string_view>

#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

// A level by its usual names in upper or lower case, else unknown.
Level level_of(std::string_view word);

}  // namespace contend::log_parser
