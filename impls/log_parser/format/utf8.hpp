#pragma once

#include <string>
#include <string_view>

namespace contend::log_parser {

// Whether any byte is not ASCII. Reads eight bytes at a time.
bool has_high_bytes(std::string_view bytes);

// Whether `bytes` are UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). With `cut`, a code point that lacks
// its end is in order.
bool is_utf8(std::string_view bytes, bool cut);

// The same text for people: control bytes as \xNN, what is not UTF-8 as U+FFFD, one for each byte.
std::string printable(std::string_view bytes);

}  // namespace contend::log_parser
