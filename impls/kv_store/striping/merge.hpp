#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace contend::kv_store {

// Merges what cursors walk over in key order into one order, for scans over stripes. A cursor has `entry()`, null at its
// end, of which `key` is compared, and `advance()`. Calls take(cursor) for the one that has the smallest key until that
// answers false or all are at their end. At most 64 cursors. O(cursors + taken log cursors); no memory.
template <class Cursor, class Take>
void merge_cursors(std::span<Cursor> walking, Take take) {
  std::array<Cursor*, 64> heap{};
  std::ptrdiff_t size = 0;
  for (Cursor& cursor : walking) {
    if (cursor.entry() != nullptr) heap.at(static_cast<std::size_t>(size++)) = &cursor;
  }
  const auto later = [](const Cursor* a, const Cursor* b) { return a->entry()->key > b->entry()->key; };
  std::make_heap(heap.begin(), heap.begin() + size, later);
  while (size > 0) {
    std::pop_heap(heap.begin(), heap.begin() + size, later);
    Cursor& first = **(heap.begin() + size - 1);
    if (!take(std::as_const(first))) return;
    first.advance();
    if (first.entry() == nullptr) {
      --size;
    } else {
      std::push_heap(heap.begin(), heap.begin() + size, later);
    }
  }
}

}  // namespace contend::kv_store
