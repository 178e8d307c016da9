#include "impls/crawler/html/character_references.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

#include "impls/base/ascii.hpp"
#include "impls/base/utf8.hpp"

namespace contend::crawler {
namespace {

constexpr char32_t replacement = 0xFFFD;

struct NamedCharacter {
  std::string_view name;
  std::string_view code_points;
  bool without_semicolon = false;
};

std::vector<NamedCharacter> read_list() {
  std::vector<NamedCharacter> list;
  std::string_view rest = named_character_list;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
    if (rest.empty()) return list;
    const std::size_t mark = rest.find_first_of(";:");
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    list.push_back({rest.substr(0, mark), rest.substr(mark + 1, end - mark - 1), rest[mark] == ':'});
    rest.remove_prefix(end);
  }
}

const NamedCharacter* find_named(std::string_view name) {
  static const std::vector<NamedCharacter> list = read_list();
  const auto it = std::ranges::lower_bound(list, name, {}, &NamedCharacter::name);
  return it != list.end() && it->name == name ? &*it : nullptr;
}

void append_code_points(std::string& out, std::string_view hex) {
  while (!hex.empty()) {
    std::uint32_t code_point = 0;
    const char* end = hex.data() + hex.size();
    const char* stop = std::from_chars(hex.data(), end, code_point, 16).ptr;
    append_utf8(out, code_point);
    hex.remove_prefix(std::min(static_cast<std::size_t>(stop - hex.data()) + 1, hex.size()));
  }
}

// What the numbers 0x80 to 0x9F mean: the bytes of windows-1252, but for five that are themselves.
constexpr std::array<char16_t, 32> old_numbers{0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                               0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                               0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                               0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

char32_t character_of(std::uint32_t number) {
  if (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number < 0xE000)) return replacement;
  return number >= 0x80 && number < 0xA0 ? old_numbers[number - 0x80] : number;
}

bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}

// Both take what is behind the `&` and say how many bytes of it the reference has; 0: it is none.
std::size_t append_number(std::string& out, std::string_view text) {
  const bool hexadecimal = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  const char* begin = text.data() + (hexadecimal ? 2 : 1);
  const char* end = text.data() + text.size();
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (stop == begin) return 0;
  append_utf8(out, error == std::errc() ? character_of(number) : replacement);
  const auto size = static_cast<std::size_t>(stop - text.data());
  return size + (text.substr(size).starts_with(';') ? 1 : 0);
}

std::size_t append_named(std::string& out, std::string_view text) {
  constexpr std::size_t longest_name = 40;
  const std::string_view near = text.substr(0, longest_name);
  const auto size = static_cast<std::size_t>(std::ranges::find_if_not(near, is_alphanumeric) - near.begin());
  const NamedCharacter* found = find_named(near.substr(0, size));
  if (found == nullptr) return 0;
  const std::string_view behind = text.substr(size);
  const bool semicolon = behind.starts_with(';');
  if (!semicolon && (!found->without_semicolon || behind.starts_with('='))) return 0;
  append_code_points(out, found->code_points);
  return size + (semicolon ? 1 : 0);
}

}  // namespace

std::string decoded_references(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    const std::size_t plain = std::min(value.find_first_of(std::string_view("&\0", 2)), value.size());
    out += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    if (value[0] == '\0') append_utf8(out, replacement);
    std::size_t taken = 0;
    if (value[0] == '&') {
      const std::string_view text = value.substr(1);
      taken = text.starts_with('#') ? append_number(out, text) : append_named(out, text);
      if (taken == 0) out += '&';
    }
    value.remove_prefix(taken + 1);
  }
  return out;
}

}  // namespace contend::crawler
