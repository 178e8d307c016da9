#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contend::crawler {

void append_utf8(std::string& out, char32_t character);

// The first character of a text that is not empty, or the bytes of it that a browser replaces by one U+FFFD.
struct Utf8Piece {
  std::size_t size;
  bool good;
};
Utf8Piece first_utf8(std::string_view text);

bool is_utf8(std::string_view text);
// What is no UTF-8 replaced by U+FFFD. O(bytes), of which the result has at most three times as many.
std::string valid_utf8(std::string_view text);

}  // namespace contend::crawler
