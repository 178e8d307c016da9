#include "impls/base/utf8.hpp"
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
char32_t take_code_point(Cursor& cursor) {
  constexpr char32_t replacement = 0xFFFD;
  const int first = take_unit(cursor);
  if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return replacement;
  if (first < 0xD800 || first > 0xDFFF) return static_cast<char32_t>(first);
  Cursor ahead = cursor;
  if (!ahead.take("\\u")) return replacement;
  const int second = take_unit(ahead);
  if (second < 0xDC00 || second > 0xDFFF) return replacement;
  cursor = ahead;
  return static_cast<char32_t>(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
}

}  // namespace

std::string_view unescape(std::string_view text, MessageRoom& room) {
  Cursor cursor(text);
  std::size_t size = 0;
  while (!cursor.done() && size + max_utf8_bytes <= room.size()) {
    if (!cursor.take('\\')) {
      room[size++] = cursor.peek();
      cursor.skip(1);
      continue;
    }
    const char escape = cursor.peek();
    cursor.skip(1);
    switch (escape) {
      case 'u':
        size += encode_utf8(take_code_point(cursor), room.data() + size);
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
