#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "impls/base/ascii.hpp"

namespace contend::log_parser {

// Bytes of which each is found by one look.
class ByteSet {
 public:
  consteval explicit ByteSet(std::string_view bytes) {
    for (const char byte : bytes) has_[static_cast<unsigned char>(byte)] = true;
  }
  constexpr bool has(char byte) const { return has_[static_cast<unsigned char>(byte)]; }

 private:
  std::array<bool, 256> has_{};
};

// Reads from left to right, and never beyond the end, whatever it is asked for. A read that fails leaves it where it was.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool done() const { return at_ == end_; }
  char peek(std::size_t ahead = 0) const { return ahead < left() ? at_[ahead] : '\0'; }
  std::string_view rest() const { return {at_, left()}; }
  // At most to the end.
  void skip(std::size_t bytes) { at_ += std::min(bytes, left()); }
  bool take(char expected) {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  bool take(const ByteSet& any) {
    if (at_ == end_ || !any.has(*at_)) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view expected) {
    if (!rest().starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  void skip_spaces() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  // Up to the next space, which is not taken.
  std::string_view word() {
    const char* const start = at_;
    while (at_ != end_ && !is_blank(*at_)) ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }
  // How many digits come next.
  std::size_t digits() const {
    std::size_t count = 0;
    while (count < left() && is_digit(at_[count])) ++count;
    return count;
  }
  // Between `least` and `most` digits, at most nine; more of them make it fail.
  bool number(int least, int most, int& value) {
    const char* at = at_;
    int sum = 0;
    while (at != end_ && is_digit(*at)) {
      if (at - at_ == most) return false;
      sum = sum * 10 + (*at++ - '0');
    }
    if (at - at_ < least) return false;
    at_ = at;
    value = sum;
    return true;
  }
  // Exactly so many digits, at most nine, whatever follows them.
  bool leading_number(int digits, int& value) {
    if (left() < static_cast<std::size_t>(digits)) return false;
    int sum = 0;
    for (int i = 0; i < digits; ++i) {
      if (!is_digit(at_[i])) return false;
      sum = sum * 10 + (at_[i] - '0');
    }
    at_ += digits;
    value = sum;
    return true;
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  const char* at_;
  const char* end_;
};

}  // namespace contend::log_parser
