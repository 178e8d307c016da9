#pragma once

#include <string>
#include <string_view>

namespace contend::log_parser {

// The same text for people: control bytes as \xNN, what is not UTF-8 as U+FFFD, one for each byte.
std::string printable(std::string_view bytes);

}  // namespace contend::log_parser
