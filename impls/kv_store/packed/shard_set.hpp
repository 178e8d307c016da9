#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace contend::kv_store {

// Numbers below 256, visited in ascending order without a look at those that are not there, as a bitset would need one.
class ShardSet {
 public:
  static constexpr std::size_t limit = 256;

  // All below `count`.
  static ShardSet all_below(std::size_t count) noexcept {
    ShardSet all;
    for (std::size_t i = 0; i < count; ++i) all.add(i);
    return all;
  }
  void add(std::size_t number) noexcept { words_[number / 64] |= std::uint64_t{1} << number % 64; }

  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1) {
        visit(64 * i + static_cast<std::size_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  std::array<std::uint64_t, limit / 64> words_{};
};

}  // namespace contend::kv_store
