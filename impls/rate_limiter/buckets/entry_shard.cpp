#include "impls/rate_limiter/buckets/entry_shard.hpp"

#include <utility>

namespace contend::rate_limiter {

// Nobody calls any more.
EntryShard::~EntryShard() {
  const SpinGuard guard(lock);
  for (Lines* left = left_; left != nullptr;) Lines::free(std::exchange(left, left->left_before));
  if (table_.load() == 0) return;
  Lines& all = lines();
  for (std::size_t i = 0; i < all.count; ++i) {
    for (const Slot& slot : all[i].slots) {
      if (slot.load() != 0) BucketEntry::Delete()(entry_in(slot.load()));
    }
  }
  Lines::free(&all);
}

// The lines that it goes by are told first, and last when it goes: a search never stops too early.
void EntryShard::Lines::place(BucketEntry& entry, std::uint64_t hash) noexcept {
  for (std::size_t i = home(hash, count);; i = next(i, count)) {
    Line& line = (*this)[i];
    std::size_t k = first_slot(hash);
    for (std::size_t tried = 0; tried < slots_per_line; ++tried, k = next_slot(k)) {
      if (line.slots[k].load() != 0) continue;
      line.slots[k] = std::bit_cast<std::uint64_t>(&entry) | tag_of(hash);
      return;
    }
    ++line.went_on;
  }
}
void EntryShard::Lines::erase(Slot& slot, std::size_t line, std::uint64_t hash) noexcept {
  slot = 0;
  for (std::size_t i = home(hash, count); i != line; i = next(i, count)) --(*this)[i].went_on;
}

void EntryShard::replace(std::size_t count) {
  Lines* const larger = Lines::make(count);
  Lines* const left = &lines();
  for (std::size_t i = 0; i < left->count; ++i) {
    for (const Slot& slot : (*left)[i].slots) {
      if (slot.load() == 0) continue;
      BucketEntry& entry = *entry_in(slot.load());
      larger->place(entry, hash_bucket(entry.name()));
    }
  }
  table_ = word_of(*larger);
  left->left_at = light_retire_stamp();
  left->left_before = std::exchange(left_, left);
  free_left_lines();
}

void EntryShard::free_left_lines() noexcept {
  if (left_ == nullptr) return;
  const RetireStamp stay = oldest_light_reader();
  Lines** place = &left_;
  while (*place != nullptr && (*place)->left_at >= stay) place = &(*place)->left_before;
  // Those that were left before went before.
  for (Lines* left = std::exchange(*place, nullptr); left != nullptr;) {
    Lines::free(std::exchange(left, left->left_before));
  }
}

void EntryShard::shrink() noexcept {
  free_left_lines();
  const std::size_t needed = std::max(lines_for(size_), least_lines_);
  if (lines().count <= 2 * needed) return;
  try {
    replace(needed);
  } catch (const std::bad_alloc&) {
    // It stays as it is, until the next round.
  }
}

}  // namespace contend::rate_limiter
