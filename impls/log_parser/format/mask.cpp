#include "impls/log_parser/format/mask.hpp"

#include <array>
#include <cstring>

#include "impls/log_parser/format/stamps.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

enum class ByteKind : unsigned char { other, digit, hex_letter, letter };

constexpr std::array<ByteKind, 256> byte_kinds = [] {
  std::array<ByteKind, 256> kinds{};
  for (std::size_t c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const char lower = static_cast<char>(byte | 0x20);
    kinds[c] = is_digit(byte)                 ? ByteKind::digit
               : lower >= 'a' && lower <= 'f' ? ByteKind::hex_letter
               : is_letter(byte)              ? ByteKind::letter
                                              : ByteKind::other;
  }
  return kinds;
}();

ByteKind kind_of(char byte) {
  return byte_kinds[static_cast<unsigned char>(byte)];
}

// Writes as much as there is room for.
class Key {
 public:
  explicit Key(char* bytes) : bytes_(bytes) {}
  bool full() const { return size_ == max_template_bytes; }
  void add(std::string_view piece) {
    // Pieces are short: a call of memcpy for each costs more than their bytes.
    const std::size_t fits = std::min(piece.size(), max_template_bytes - size_);
    for (std::size_t i = 0; i < fits; ++i) bytes_[size_ + i] = piece[i];
    size_ += fits;
  }
  // The length, without a code point at the end that did not fit whole.
  std::size_t finish() const {
    if (!full()) return size_;
    for (std::size_t tail = 1; tail <= 3; ++tail) {
      const auto byte = static_cast<unsigned char>(bytes_[size_ - tail]);
      if ((byte & 0xC0U) == 0x80U) continue;  // the middle of a code point
      const std::size_t needs = byte < 0xC0U ? 1 : byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
      return needs > tail ? size_ - tail : size_;
    }
    return size_;
  }

 private:
  char* bytes_;
  std::size_t size_ = 0;
};

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '-') {
      if (text[i] != '-') return false;
    } else if (kind_of(text[i]) != ByteKind::digit && kind_of(text[i]) != ByteKind::hex_letter) {
      return false;
    }
  }
  return text.size() == shape.size() || kind_of(text[shape.size()]) == ByteKind::other;
}

// A word without uuids: hex words whole, else its runs of digits.
void mask_word(std::string_view word, std::size_t digits, std::size_t hex_letters, Key& key) {
  if (digits == 0) return key.add(word);
  const bool hex = digits + hex_letters == word.size() && hex_letters > 0 && word.size() >= 8;
  const bool prefixed =
      word.size() > 2 && word[0] == '0' && (word[1] | 0x20) == 'x' && digits + hex_letters + 1 == word.size();
  if (hex || prefixed) return key.add("<hex>");
  std::size_t at = 0;
  while (at < word.size()) {
    const std::size_t start = at;
    const bool number = is_digit(word[at]);
    while (at < word.size() && is_digit(word[at]) == number) ++at;
    key.add(number ? std::string_view("<num>") : word.substr(start, at - start));
  }
}

}  // namespace

std::size_t mask_message(std::string_view message, char* bytes) {
  Key key(bytes);
  std::size_t at = 0;
  while (at < message.size() && !key.full()) {
    const std::size_t start = at;
    while (at < message.size() && kind_of(message[at]) == ByteKind::other) ++at;
    if (at > start) key.add(message.substr(start, at - start));
    const std::size_t word = at;
    std::size_t digits = 0;
    std::size_t hex_letters = 0;
    // What does not fit into the key need not be looked at, and a word that long is no number.
    for (; at < message.size() && at - word <= max_template_bytes; ++at) {
      const ByteKind kind = kind_of(message[at]);
      if (kind == ByteKind::other) break;
      digits += kind == ByteKind::digit ? 1 : 0;
      hex_letters += kind == ByteKind::hex_letter ? 1 : 0;
    }
    if (at == word) continue;
    if (at - word == 8 && digits + hex_letters == 8 && is_uuid(message.substr(word))) {
      key.add("<uuid>");
      at = word + 36;
    } else {
      mask_word(message.substr(word, at - word), digits, hex_letters, key);
    }
  }
  return key.finish();
}

}  // namespace contend::log_parser
