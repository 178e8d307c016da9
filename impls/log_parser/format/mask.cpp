#include "impls/log_parser/format/mask.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "impls/log_parser/format/addresses.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

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

// A word without addresses: hex words and ULIDs whole, else its runs of digits.
void mask_word(std::string_view word, std::size_t digits, std::size_t hex_letters, Key& key) {
  if (digits == 0) return key.add(word);
  const bool hex = digits + hex_letters == word.size() && hex_letters > 0 && word.size() >= 7;
  const bool prefixed =
      word.size() > 2 && word[0] == '0' && (word[1] | 0x20) == 'x' && digits + hex_letters + 1 == word.size();
  if (hex || prefixed) return key.add("<hex>");
  if (is_ulid(word)) return key.add("<ulid>");
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
  constexpr std::size_t in_view = 4096;
  message = message.substr(0, in_view);
  Key key(bytes);
  std::size_t at = 0;
  while (at < message.size() && !key.full()) {
    const std::size_t start = at;
    // A double colon may begin an IPv6 address.
    const auto is_double_colon = [&] {
      return message[at] == ':' && at + 1 < message.size() && message[at + 1] == ':';
    };
    while (at < message.size() && kind_of(message[at]) == ByteKind::other && !is_double_colon()) ++at;
    if (at > start) key.add(message.substr(start, at - start));
    if (at == message.size()) break;
    // The end of a C++ name, or of a version of more than four parts.
    const bool after_word = (at > 0 && message[at] == ':' && kind_of(message[at - 1]) != ByteKind::other) ||
                            (at > 1 && message[at - 1] == '.' && is_digit(message[at - 2]));
    const bool may_begin = !after_word && (is_hex(message[at]) || message[at] == ':');
    if (const Address address = may_begin ? address_at(message.substr(at)) : Address{}; address.bytes > 0) {
      key.add(address.mask);
      at += address.bytes;
      continue;
    }
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
    if (at == word) {
      key.add("::");
      at += 2;
    } else {
      mask_word(message.substr(word, at - word), digits, hex_letters, key);
    }
  }
  return key.finish();
}

}  // namespace contend::log_parser
