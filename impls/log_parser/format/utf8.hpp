#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contend::log_parser {

// Whether any byte is not ASCII. Reads eight bytes at a time.
bool has_high_bytes(std::string_view bytes);

// Whether `bytes` are UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). With `cut`, a code point that lacks
// its end is in order.
bool is_utf8(std::string_view bytes, bool cut);

// Whether the bytes begin like UTF-16: with its byte order mark, or with NUL for every other of eight bytes.
inline bool looks_like_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  if (bytes.size() < 8 || (bytes[0] != 0 && bytes[1] != 0)) return false;
  const std::size_t zero = bytes[0] == 0 ? 0 : 1;
  for (std::size_t i = 0; i < 8; ++i) {
    if ((bytes[i] == 0) != (i % 2 == zero)) return false;
  }
  return true;
}

// The same text for people: control bytes as \xNN, what is not UTF-8 as U+FFFD, one for each byte.
std::string printable(std::string_view bytes);

}  // namespace contend::log_parser
