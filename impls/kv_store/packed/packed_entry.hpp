#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "impls/base/time.hpp"
#include "impls/kv_store/kv_store.hpp"

namespace contend::kv_store {

// An entry in one piece of memory: what is known of it, then the bytes of its key, then room for those of its value. The key
// never changes, so that it may be read without a lock by whoever keeps the entry from being freed; the rest belongs to the
// lock of its shard.
struct PackedEntry {
  enum class Place : std::uint8_t {
    newcomer,       // in its table, and not in the order of keys yet
    indexed,        // in both
    left_newcomer,  // erased, and in neither
    left_indexed,   // erased, and still in the order of keys
  };
  struct Delete {
    void operator()(PackedEntry* entry) const noexcept { ::operator delete(entry); }
  };
  using Owned = std::unique_ptr<PackedEntry, Delete>;

  // Throws std::bad_alloc.
  static Owned make(std::string_view key, std::string_view value, std::size_t shard) {
    Owned entry(new (::operator new(std::max(sizeof(PackedEntry), header_bytes + key.size() + value.size())))
                    PackedEntry);
    entry->room_bytes = static_cast<std::uint32_t>(value.size());
    entry->key_bytes = static_cast<std::uint16_t>(key.size());
    entry->shard = static_cast<std::uint8_t>(shard);
    key.copy(entry->bytes(), key.size());
    entry->assign(value);
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

  std::string_view key() const noexcept { return {bytes(), key_bytes}; }
  std::string_view value() const noexcept { return {bytes() + key_bytes, value_bytes}; }

  // Whether the value can be written over: it fits, and fills at least half of what is there.
  bool has_room_for(std::string_view value) const noexcept {
    constexpr std::size_t little = 64;
    return value.size() <= room_bytes && room_bytes <= 2 * value.size() + little;
  }
  void assign(std::string_view value) noexcept {
    value.copy(bytes() + key_bytes, value.size());
    value_bytes = static_cast<std::uint32_t>(value.size());
  }

  Version version = 0;
  TimeNs deadline_ns = never;
  PackedEntry* next = nullptr;  // in the list of its shard that its place names
  std::uint32_t value_bytes = 0;
  std::uint32_t room_bytes = 0;
  std::uint16_t key_bytes = 0;
  std::uint8_t shard = 0;
  Place place = Place::newcomer;

 private:
  // The bytes begin where the last member ends: what would be padding saves a size class of malloc for many an entry.
  static constexpr std::size_t header_bytes = 36;
  char* bytes() noexcept { return reinterpret_cast<char*>(this) + header_bytes; }
  const char* bytes() const noexcept { return reinterpret_cast<const char*>(this) + header_bytes; }
};
static_assert(offsetof(PackedEntry, place) == 35);

}  // namespace contend::kv_store
