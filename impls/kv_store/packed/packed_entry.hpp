#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "impls/base/time.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/tables/one_piece.hpp"

namespace contend::kv_store {

// An entry in one piece of memory. Its key may be read without a lock by whoever keeps the entry from being freed; the rest
// belongs to the lock of its shard.
struct PackedEntry : OnePiece<PackedEntry> {
  enum class Place : std::uint8_t {
    newcomer,       // in its table, and not in the order of keys yet
    indexed,        // in both
    left_newcomer,  // erased, and in neither
    left_indexed,   // erased, and still in the order of keys
  };
  // Throws std::bad_alloc.
  static Owned make(std::string_view key, std::string_view value, std::size_t shard) {
    Owned entry = OnePiece::make(key, value);
    entry->shard = static_cast<std::uint8_t>(shard);
    return entry;
  }

  // Calls visit(entry) for each that is linked from `first` on; it may delete the entry, or link it elsewhere.
  template <class Visit>
  static void each_linked(PackedEntry* first, Visit visit) {
    while (first != nullptr) {
      PackedEntry& entry = *first;
      first = entry.next;
      visit(entry);
    }
  }

  Version version = 0;
  TimeNs deadline_ns = never;
  PackedEntry* next = nullptr;  // in the list of its shard that its place names
  std::uint32_t value_bytes = 0;
  std::uint32_t room_bytes = 0;
  std::uint16_t key_bytes = 0;
  std::uint8_t shard = 0;
  Place place = Place::newcomer;

  // The bytes begin where the last member ends: what would be padding saves a size class of malloc for many an entry.
  static constexpr std::size_t header_bytes = 36;
};
static_assert(offsetof(PackedEntry, place) == 35);

}  // namespace contend::kv_store
