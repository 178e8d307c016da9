#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "impls/log_parser/format/cursor.hpp"

namespace contend::log_parser {

enum class ByteKind : unsigned char { other, digit, hex_letter, letter };

inline constexpr std::array<ByteKind, 256> byte_kinds = [] {
  std::array<ByteKind, 256> kinds{};
  for (std::size_t c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const char small = static_cast<char>(byte | 0x20);
    kinds[c] = is_digit(byte)                                    ? ByteKind::digit
               : small >= 'a' && small <= 'f' && is_letter(byte) ? ByteKind::hex_letter
               : is_letter(byte)                                 ? ByteKind::letter
                                                                 : ByteKind::other;
  }
  return kinds;
}();

constexpr ByteKind kind_of(char byte) {
  return byte_kinds[static_cast<unsigned char>(byte)];
}
constexpr bool is_hex(char byte) {
  return kind_of(byte) == ByteKind::digit || kind_of(byte) == ByteKind::hex_letter;
}

struct Address {
  std::size_t bytes = 0;  // 0: there is none
  std::string_view mask;
};

// A uuid, an IPv4 or IPv6 address or a MAC at the start of the bytes, which begin with a word or with "::". O(1).
Address address_at(std::string_view bytes);

// 26 letters and digits of Crockford's base 32, of which the first is at most 7 and two are digits.
bool is_ulid(std::string_view word);

}  // namespace contend::log_parser
