#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/hashing.hpp"

namespace contend::log_parser {

// Gives each distinct key a number, from 0 on. One thread at a time. O(1) expected; the keys' bytes and about 28 bytes
// for each; clear() keeps memory for the next use, at most about 100 KiB. bad_alloc leaves the table as it was.
class KeyTable {
 public:
  std::uint32_t intern(std::string_view key) { return intern(key, hash_bytes(key)); }
  // `hash` is hash_bytes(key).
  std::uint32_t intern(std::string_view key, std::uint64_t hash);

  std::string_view operator[](std::uint32_t number) const {
    const Entry& entry = entries_[number];
    return {bytes_.data() + entry.offset, entry.length};
  }
  std::uint64_t hash(std::uint32_t number) const { return entries_[number].hash; }
  std::size_t size() const { return entries_.size(); }
  void clear() noexcept;

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t offset;
    std::size_t length;
  };
  static constexpr std::size_t most_bytes_kept = 64 * 1024;
  static constexpr std::size_t most_entries_kept = 1024;
  static constexpr std::uint32_t free_slot = ~std::uint32_t{0};

  void grow();

  std::string bytes_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // a power of two of them, at most half full, probed one by one
};

}  // namespace contend::log_parser
