#pragma once

#include <algorithm>
#include <string_view>

// The characters of ASCII, whatever the locale says. No other byte is a digit, a letter or a blank, and none changes.
namespace contend {

constexpr bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}
constexpr bool is_letter(char c) {
  return static_cast<unsigned char>((c | 0x20) - 'a') < 26;
}
constexpr bool is_capital(char c) {
  return static_cast<unsigned char>(c - 'A') < 26;
}
constexpr char lower(char c) {
  return is_capital(c) ? static_cast<char>(c | 0x20) : c;
}

// What a hexadecimal digit of either case is worth; -1: it is none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// The second has no capitals.
constexpr bool equal_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, lower);
}

// What may stand around a value in HTTP (RFC 9110 5.6.3) and in robots.txt (RFC 9309 2.2). Other standards have others.
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Without the bytes at both ends that `is_outside` is true for. O(those).
template <class IsOutside>
constexpr std::string_view trimmed(std::string_view text, IsOutside is_outside) {
  while (!text.empty() && is_outside(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_outside(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace contend
