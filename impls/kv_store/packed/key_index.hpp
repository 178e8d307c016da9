#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "impls/kv_store/packed/packed_entry.hpp"

namespace contend::kv_store {

// Entries in the byte order of their keys, no two with the same key: leaves of up to 128 addresses, and one sorted array of leaves.
// Owns none of them.
//
// No synchronisation. Finding O(log n) comparisons; insert and erase the same and up to 128 moved words, and n / 64 more where a
// leaf comes or goes, of which at most one insert in 64 is the cause. Memory: 8 bytes an entry in a full leaf, 16 in a half-full one.
class KeyIndex {
  static constexpr std::size_t leaf_capacity = 128;
  struct Leaf {
    std::size_t count = 0;
    std::array<PackedEntry*, leaf_capacity> entries;

    std::string_view first() const { return entries.front()->key(); }
  };
  using Leaves = std::vector<std::unique_ptr<Leaf>>;

 public:
  // Walks the entries in order from the first at or after a key on.
  class Cursor {
   public:
    // Null: at the end.
    PackedEntry* entry() const noexcept { return leaf_ == leaves_->size() ? nullptr : (*leaves_)[leaf_]->entries[at_]; }
    void advance() noexcept {
      ++at_;
      settle();
    }

   private:
    friend class KeyIndex;
    Cursor(const Leaves& leaves, std::size_t leaf, std::size_t at) noexcept : leaves_(&leaves), leaf_(leaf), at_(at) {
      settle();
    }
    void settle() noexcept {
      if (leaf_ < leaves_->size() && at_ == (*leaves_)[leaf_]->count) {
        ++leaf_;
        at_ = 0;
      }
    }

    const Leaves* leaves_;
    std::size_t leaf_;
    std::size_t at_;
  };

  Cursor from(std::string_view key) const noexcept {
    const std::size_t leaf = leaf_for(key);
    return {leaves_, leaf, leaf == leaves_.size() ? 0 : place_in(*leaves_[leaf], key)};
  }

  // Throws std::bad_alloc, and has changed nothing.
  void insert(PackedEntry& entry);
  // Nothing, where it is not here.
  void erase(const PackedEntry& entry) noexcept;

 private:
  // The leaf in which the key stands or belongs.
  std::size_t leaf_for(std::string_view key) const noexcept {
    const auto after = std::ranges::upper_bound(leaves_, key, {}, [](const auto& leaf) { return leaf->first(); });
    return after == leaves_.begin() ? 0 : static_cast<std::size_t>(after - leaves_.begin()) - 1;
  }
  static std::size_t place_in(const Leaf& leaf, std::string_view key) noexcept {
    const auto end = leaf.entries.begin() + static_cast<std::ptrdiff_t>(leaf.count);
    return static_cast<std::size_t>(
        std::lower_bound(leaf.entries.begin(), end, key,
                         [](const PackedEntry* a, std::string_view b) { return a->key() < b; }) -
        leaf.entries.begin());
  }

  Leaves leaves_;  // none is empty
};

}  // namespace contend::kv_store
