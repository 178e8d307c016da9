#include "impls/log_parser/counting/key_table.hpp"

#include <algorithm>

namespace contend::log_parser {

std::uint32_t KeyTable::intern(std::string_view key, std::uint64_t hash) {
  if (slots_.size() < 2 * (entries_.size() + 1)) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != free_slot; slot = (slot + 1) & mask) {
    const std::uint32_t number = slots_[slot];
    if (entries_[number].hash == hash && (*this)[number] == key) return number;
  }
  const auto number = static_cast<std::uint32_t>(entries_.size());
  if (entries_.size() == entries_.capacity()) entries_.reserve(std::max<std::size_t>(16, 2 * entries_.size()));
  const std::size_t offset = bytes_.size();
  bytes_ += key;  // the last that can fail
  entries_.push_back({hash, offset, key.size()});
  slots_[slot] = number;
  return number;
}

void KeyTable::clear() noexcept {
  if (bytes_.capacity() > most_bytes_kept || entries_.capacity() > most_entries_kept) {
    // Not by assignment: a string keeps its memory when an empty one is assigned to it.
    KeyTable empty;
    bytes_.swap(empty.bytes_);
    entries_.swap(empty.entries_);
    slots_.swap(empty.slots_);
    return;
  }
  for (const Entry& entry : entries_) {
    const std::size_t mask = slots_.size() - 1;
    // Every slot on the way from a key's first choice is taken or was; one pass over each run frees all of it.
    for (std::size_t slot = entry.hash & mask; slots_[slot] != free_slot; slot = (slot + 1) & mask) {
      slots_[slot] = free_slot;
    }
  }
  entries_.clear();
  bytes_.clear();
}

void KeyTable::grow() {
  slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), free_slot);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < entries_.size(); ++number) {
    std::size_t slot = entries_[number].hash & mask;
    while (slots_[slot] != free_slot) slot = (slot + 1) & mask;
    slots_[slot] = number;
  }
}

}  // namespace contend::log_parser
