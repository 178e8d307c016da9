#include "impls/crawler/html/utf8.hpp"

namespace contend::crawler {

void append_utf8(std::string& out, char32_t character) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((character >> shift) & 0x3F)); };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += {static_cast<char>(0xC0 | (character >> 6)), tail(0)};
  } else if (character < 0x10000) {
    out += {static_cast<char>(0xE0 | (character >> 12)), tail(6), tail(0)};
  } else {
    out += {static_cast<char>(0xF0 | (character >> 18)), tail(12), tail(6), tail(0)};
  }
}

Utf8Piece first_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  // The second byte has narrower bounds where the others would make a surrogate, too much, or a longer form than needed.
  const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= text.size() || byte(i) < (i == 1 ? least : 0x80) || byte(i) > (i == 1 ? most : 0xBF)) return {i, false};
  }
  return {size, true};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8(text);
    if (!piece.good) return false;
    text.remove_prefix(piece.size);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8(text);
    out += piece.good ? text.substr(0, piece.size) : "\xEF\xBF\xBD";
    text.remove_prefix(piece.size);
  }
  return out;
}

}  // namespace contend::crawler
