#include "impls/log_parser/format/utf8.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <cstring>

namespace contend::log_parser {
namespace {

// Length of the code point at the start of `bytes`; 0: not UTF-8; -1: in order, but its end is missing.
int code_point_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // The second byte excludes overlong forms, surrogates and what is beyond U+10FFFF.
  const unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return -1;
    if (byte(i) < (i == 1 ? least : 0x80) || byte(i) > (i == 1 ? most : 0xBF)) return 0;
  }
  return static_cast<int>(length);
}

}  // namespace

bool has_high_bytes(std::string_view bytes) {
  // Four at a time, a step between two looks: the compiler has a register for each.
  using Block = std::uint64_t __attribute__((vector_size(16)));
  constexpr std::uint64_t high = 0x8080808080808080U;
  constexpr std::ptrdiff_t step = 4 * sizeof(Block);
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= step; at += step) {
    Block blocks[4];
    std::memcpy(blocks, at, step);
    const Block all = (blocks[0] | blocks[1]) | (blocks[2] | blocks[3]);
    if (((all[0] | all[1]) & high) != 0) return true;
  }
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    if ((word & high) != 0) return true;
  }
  for (; at != end; ++at) {
    if ((static_cast<unsigned char>(*at) & 0x80U) != 0) return true;
  }
  return false;
}

bool is_utf8(std::string_view bytes, bool cut) {
  while (!bytes.empty()) {
    while (bytes.size() >= 8 && !has_high_bytes(bytes.substr(0, 8))) bytes.remove_prefix(8);
    if (bytes.empty()) return true;
    const int length = code_point_length(bytes);
    if (length == 0) return false;
    if (length < 0) return cut;
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

std::string printable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const int length = code_point_length(bytes);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    if (length <= 0) {
      text += "\xEF\xBF\xBD";
    } else if (byte < 0x20 || byte == 0x7F) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += bytes.substr(0, static_cast<std::size_t>(length));
    }
    bytes.remove_prefix(length <= 0 ? 1 : static_cast<std::size_t>(length));
  }
  return text;
}

}  // namespace contend::log_parser
