#include "impls/kv_store/packed/key_index.hpp"

#include <iterator>

namespace contend::kv_store {

void KeyIndex::insert(PackedEntry& entry) {
  if (leaves_.empty()) leaves_.push_back(std::make_unique<Leaf>());
  std::size_t number = leaves_.front()->count == 0 ? 0 : leaf_for(entry.key());
  std::size_t at = place_in(*leaves_[number], entry.key());
  if (leaves_[number]->count == leaf_capacity) {
    // Half of a full leaf goes to a new one; nothing of it where the newcomer comes last, so that sorted keys fill their leaves.
    auto fresh = std::make_unique<Leaf>();
    leaves_.reserve(leaves_.size() + 1 + leaves_.size() / 8);
    Leaf& full = *leaves_[number];
    const std::size_t stay = at == leaf_capacity ? leaf_capacity : leaf_capacity / 2;
    fresh->count = leaf_capacity - stay;
    std::copy_n(full.entries.begin() + static_cast<std::ptrdiff_t>(stay), fresh->count, fresh->entries.begin());
    full.count = stay;
    leaves_.insert(leaves_.begin() + static_cast<std::ptrdiff_t>(number) + 1, std::move(fresh));
    if (at > stay || at == leaf_capacity) {
      ++number;
      at -= stay;
    }
  }
  Leaf& leaf = *leaves_[number];
  const auto place = leaf.entries.begin() + static_cast<std::ptrdiff_t>(at);
  std::copy_backward(place, leaf.entries.begin() + static_cast<std::ptrdiff_t>(leaf.count),
                     leaf.entries.begin() + static_cast<std::ptrdiff_t>(leaf.count) + 1);
  *place = &entry;
  ++leaf.count;
}

void KeyIndex::erase(const PackedEntry& entry) noexcept {
  const std::size_t number = leaf_for(entry.key());
  if (number == leaves_.size()) return;
  Leaf& leaf = *leaves_[number];
  const std::size_t at = place_in(leaf, entry.key());
  if (at == leaf.count || leaf.entries[at] != &entry) return;
  const auto place = leaf.entries.begin() + static_cast<std::ptrdiff_t>(at);
  std::copy(place + 1, leaf.entries.begin() + static_cast<std::ptrdiff_t>(leaf.count), place);
  if (--leaf.count == 0) leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(number));
}

}  // namespace contend::kv_store
