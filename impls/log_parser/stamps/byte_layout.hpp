#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace contend::log_parser {

// How eight bytes look, compared with those of a line in one step: 0 stands for any digit, * for any byte, all else,
// which is ASCII, for itself.
class ByteLayout {
 public:
  consteval explicit ByteLayout(const char (&layout)[9]) {
    std::array<unsigned char, 8> expected{};
    std::array<unsigned char, 8> looked_at{};
    std::array<unsigned char, 8> to_top{};
    for (std::size_t i = 0; i < 8; ++i) {
      if (layout[i] == '*') continue;
      expected[i] = static_cast<unsigned char>(layout[i]);
      looked_at[i] = 0xFF;
      // What differs from '0' by up to nine is a digit: what makes more of ten, or of one, reaches the top bit.
      to_top[i] = layout[i] == '0' ? 0x80 - 10 : 0x80 - 1;
    }
    expected_ = std::bit_cast<std::uint64_t>(expected);
    looked_at_ = std::bit_cast<std::uint64_t>(looked_at);
    to_top_ = std::bit_cast<std::uint64_t>(to_top);
  }

  // Of the eight bytes at `at`.
  bool matches(const char* at) const {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    const std::uint64_t difference = (word ^ expected_) & looked_at_;
    // A byte carries into the next one only where its own top bit is set, and then they do not match.
    return (((difference + to_top_) | difference) & 0x8080808080808080U) == 0;
  }

 private:
  std::uint64_t expected_ = 0;
  std::uint64_t looked_at_ = 0;
  std::uint64_t to_top_ = 0;
};

}  // namespace contend::log_parser
