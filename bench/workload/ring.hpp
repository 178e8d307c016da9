#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <random>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "impls/base/time.hpp"

namespace contend {

// Operations drawn or read before the clock starts, which one caller walks round and round; and that caller's clock,
// which moves on by a microsecond with each operation. So the callers' clocks drift apart, as they do in practice.
template <class Operation>
class Ring {
 public:
  // Where a caller is. Plain data: a loop keeps it in registers, and no operation of a system can have changed it.
  class Cursor {
   public:
    Cursor(const std::vector<Operation>& operations, std::size_t first, std::size_t stride)
        : data_(operations.data()), size_(operations.size()), at_(first), stride_(stride) {}

    const Operation& next() {
      if (at_ >= size_) [[unlikely]] {
        laps_ += at_ / size_;
        at_ %= size_;
      }
      const Operation& operation = data_[at_];
      at_ += stride_;
      now_ns_ += 1000;
      return operation;
    }

    TimeNs now_ns() const { return now_ns_; }
    // Whether the answer to the last operation is one of those that are looked at: every 64th, for a thousand nanoseconds
    // are 8 times an odd number. Often enough to see in a trial what is wrong, too rarely to be measured.
    bool sampled() const { return (now_ns_ & 511) == 0; }
    // How often the caller came to the end and began again.
    std::uint64_t laps() const { return laps_; }

   private:
    const Operation* data_;
    std::size_t size_;
    std::size_t at_;
    std::size_t stride_;
    std::uint64_t laps_ = 0;
    TimeNs now_ns_ = 0;
  };

  // Every `stride`th of them, from `first` on: callers may share what was read, and take it in turns.
  explicit Ring(std::shared_ptr<const std::vector<Operation>> operations, std::size_t first = 0, std::size_t stride = 1)
      : operations_(std::move(operations)), cursor_(*operations_, first, stride) {}

  Cursor& cursor() { return cursor_; }
  const Cursor& cursor() const { return cursor_; }

 private:
  std::shared_ptr<const std::vector<Operation>> operations_;
  Cursor cursor_;
};

// A ring of one's own: `count` times what draw(random) gives.
template <class Draw>
auto draw_ring(std::size_t count, std::uint64_t seed, Draw draw) {
  std::mt19937_64 random(seed);
  using Operation = decltype(draw(random));
  auto operations = std::make_shared<std::vector<Operation>>();
  operations->reserve(count);
  while (operations->size() < count) operations->push_back(draw(random));
  return Ring<Operation>(std::move(operations));
}

// Bytes that live as long as a ring. They lie one piece behind the other as the ring is walked, so that a caller who reads
// them has no misses of its own: those are the system's.
class RingBytes {
 public:
  std::string_view keep(std::string_view bytes) {
    char* const copy = static_cast<char*>(memory_.allocate(std::max<std::size_t>(bytes.size(), 1), 1));
    bytes.copy(copy, bytes.size());
    return {copy, bytes.size()};
  }

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

// As draw_ring, of operations that refer to bytes: draw(random, bytes).
template <class Draw>
auto draw_ring_with_bytes(std::size_t count, std::uint64_t seed, Draw draw) {
  std::mt19937_64 random(seed);
  struct Drawn {
    RingBytes bytes;
    std::vector<decltype(draw(random, bytes))> operations;
  };
  auto drawn = std::make_shared<Drawn>();
  drawn->operations.reserve(count);
  while (drawn->operations.size() < count) drawn->operations.push_back(draw(random, drawn->bytes));
  const auto& operations = drawn->operations;
  return Ring<typename std::decay_t<decltype(operations)>::value_type>({drawn, &operations});
}

// Enough operations that those who are asked for, one of `choices` at a time, are not a small part of all; and no more
// than are made in a few milliseconds.
inline std::size_t ring_size(std::size_t choices) {
  return std::clamp<std::size_t>(std::bit_ceil(choices), 1 << 14, 1 << 17);
}

}  // namespace contend
