#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

namespace contend {

// What an entry of a table needs to be one piece of memory: `Entry` derives from this, and behind its members come the bytes of
// its key, and then room for those of its value. To reach an entry is then to have its key, and to make one is one allocation.
//
// `Entry` names where the bytes begin, `static constexpr std::size_t header_bytes`, and has as members
//   std::uint32_t value_bytes, room_bytes; std::uint16_t key_bytes;
// which belong to this class. Its destructor does nothing. The key never changes.
template <class Entry>
class OnePiece {
 public:
  struct Delete {
    void operator()(Entry* entry) const noexcept { ::operator delete(entry); }
  };
  using Owned = std::unique_ptr<Entry, Delete>;

  // Throws std::bad_alloc.
  static Owned make(std::string_view key, std::string_view value) {
    const std::size_t bytes = Entry::header_bytes + key.size() + value.size();
    Owned entry(new (::operator new(std::max(sizeof(Entry), bytes))) Entry);
    entry->room_bytes = static_cast<std::uint32_t>(value.size());
    entry->key_bytes = static_cast<std::uint16_t>(key.size());
    key.copy(entry->bytes(), key.size());
    entry->assign(value);
    return entry;
  }

  std::string_view key() const noexcept { return {bytes(), self().key_bytes}; }
  std::string_view value() const noexcept { return {bytes() + self().key_bytes, self().value_bytes}; }

  // Whether the value can be written over: it fits, and fills at least half of what is there.
  bool has_room_for(std::string_view value) const noexcept {
    constexpr std::size_t little = 64;
    return value.size() <= self().room_bytes && self().room_bytes <= 2 * value.size() + little;
  }
  void assign(std::string_view value) noexcept {
    value.copy(bytes() + self().key_bytes, value.size());
    self().value_bytes = static_cast<std::uint32_t>(value.size());
  }

 private:
  Entry& self() noexcept { return static_cast<Entry&>(*this); }
  const Entry& self() const noexcept { return static_cast<const Entry&>(*this); }
  char* bytes() noexcept { return reinterpret_cast<char*>(&self()) + Entry::header_bytes; }
  const char* bytes() const noexcept { return reinterpret_cast<const char*>(&self()) + Entry::header_bytes; }
};

}  // namespace contend
