#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8 as RFC 3629 has it: no surrogates, no longer form than needed, at most U+10FFFF. Everything is O(bytes).
namespace contend {

inline constexpr std::size_t max_utf8_bytes = 4;  // of a character

// Writes the bytes of a character, which is no surrogate and at most U+10FFFF, to where there is room for
// max_utf8_bytes. Returns how many they are.
std::size_t encode_utf8(char32_t character, char* out);
void append_utf8(std::string& out, char32_t character);

// What a text that is not empty begins with: a character, or the bytes that browsers replace by one U+FFFD.
struct Utf8Piece {
  enum class Kind : std::uint8_t { character, bad, cut };  // cut: good so far, but the text ends within it
  std::size_t size;
  Kind kind;
};
Utf8Piece first_utf8(std::string_view text);

// Whether any byte is not ASCII. Reads 64 bytes at a time.
bool has_high_bytes(std::string_view bytes);

// With `may_be_cut`, a last character that lacks its end is in order.
bool is_utf8(std::string_view text, bool may_be_cut = false);

// With U+FFFD for what is none: at most three times as many bytes.
std::string valid_utf8(std::string_view text);

}  // namespace contend
