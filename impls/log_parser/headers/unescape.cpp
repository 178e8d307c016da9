#include <cstdint>

#include "impls/log_parser/headers/fields.hpp"

namespace contend::log_parser {
namespace {

// Of four hexadecimal digits, or -1.
int take_unit(Cursor& cursor) {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_value(cursor.peek());
    if (digit < 0) return -1;
    value = value << 4 | digit;
    cursor.skip(1);
  }
  return value;
}

// A code point behind \u, of one unit or two. Half of a pair is the replacement character.
std::uint32_t take_code_point(Cursor& cursor) {
  constexpr std::uint32_t replacement = 0xFFFD;
  const int first = take_unit(cursor);
  if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return replacement;
  if (first < 0xD800 || first > 0xDFFF) return static_cast<std::uint32_t>(first);
  Cursor ahead = cursor;
  if (!ahead.take("\\u")) return replacement;
  const int second = take_unit(ahead);
  if (second < 0xDC00 || second > 0xDFFF) return replacement;
  cursor = ahead;
  return 0x10000U + ((static_cast<std::uint32_t>(first) - 0xD800U) << 10) +
         (static_cast<std::uint32_t>(second) - 0xDC00U);
}

std::size_t encode(std::uint32_t point, char* out) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (point < 0x80) {
    out[0] = byte(point);
    return 1;
  }
  if (point < 0x800) {
    out[0] = byte(0xC0U | point >> 6);
    out[1] = byte(0x80U | (point & 0x3FU));
    return 2;
  }
  if (point < 0x10000) {
    out[0] = byte(0xE0U | point >> 12);
    out[1] = byte(0x80U | (point >> 6 & 0x3FU));
    out[2] = byte(0x80U | (point & 0x3FU));
    return 3;
  }
  out[0] = byte(0xF0U | point >> 18);
  out[1] = byte(0x80U | (point >> 12 & 0x3FU));
  out[2] = byte(0x80U | (point >> 6 & 0x3FU));
  out[3] = byte(0x80U | (point & 0x3FU));
  return 4;
}

}  // namespace

std::string_view unescape(std::string_view text, MessageRoom& room) {
  Cursor cursor(text);
  std::size_t size = 0;
  while (!cursor.done() && size + 4 <= room.size()) {
    if (!cursor.take('\\')) {
      room[size++] = cursor.peek();
      cursor.skip(1);
      continue;
    }
    const char escape = cursor.peek();
    cursor.skip(1);
    switch (escape) {
      case 'u':
        size += encode(take_code_point(cursor), room.data() + size);
        break;
      case 'n':
        room[size++] = '\n';
        break;
      case 't':
        room[size++] = '\t';
        break;
      case 'r':
        room[size++] = '\r';
        break;
      case 'b':
        room[size++] = '\b';
        break;
      case 'f':
        room[size++] = '\f';
        break;
      default:
        room[size++] = escape;
    }
  }
  return {room.data(), size};
}

}  // namespace contend::log_parser
