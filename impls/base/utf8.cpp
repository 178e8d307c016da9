#include "impls/base/utf8.hpp"

#include <cstring>

namespace contend {

std::size_t encode_utf8(char32_t character, char* out) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80U | (character >> shift & 0x3FU)); };
  if (character < 0x80) {
    out[0] = static_cast<char>(character);
    return 1;
  }
  if (character < 0x800) {
    out[0] = static_cast<char>(0xC0U | character >> 6);
    out[1] = tail(0);
    return 2;
  }
  if (character < 0x10000) {
    out[0] = static_cast<char>(0xE0U | character >> 12);
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0U | character >> 18);
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

void append_utf8(std::string& out, char32_t character) {
  char bytes[max_utf8_bytes];
  out.append(bytes, encode_utf8(character, bytes));
}

Utf8Piece first_utf8(std::string_view text) {
  using enum Utf8Piece::Kind;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, character};
  if (lead < 0xC2 || lead > 0xF4) return {1, bad};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  // The second byte has narrower bounds where the others would make a surrogate, too much, or a longer form than needed.
  const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < size; ++i) {
    if (i == text.size()) return {i, cut};
    if (byte(i) < (i == 1 ? least : 0x80) || byte(i) > (i == 1 ? most : 0xBF)) return {i, bad};
  }
  return {size, character};
}

bool has_high_bytes(std::string_view bytes) {
  // Four blocks at a time, a step between two looks: the compiler has a register for each.
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

bool is_utf8(std::string_view text, bool may_be_cut) {
  while (!text.empty()) {
    while (text.size() >= 8 && !has_high_bytes(text.substr(0, 8))) text.remove_prefix(8);
    if (text.empty()) return true;
    const Utf8Piece piece = first_utf8(text);
    if (piece.kind == Utf8Piece::Kind::cut) return may_be_cut;
    if (piece.kind == Utf8Piece::Kind::bad) return false;
    text.remove_prefix(piece.size);
  }
  return true;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8(text);
    out += piece.kind == Utf8Piece::Kind::character ? text.substr(0, piece.size) : "\xEF\xBF\xBD";
    text.remove_prefix(piece.size);
  }
  return out;
}

}  // namespace contend
