#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

#include "impls/rate_limiter/buckets/bucket_entry.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/light_epochs.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::rate_limiter {

// The buckets whose names have one part of the hashes: a table that is searched without a lock, and filled, emptied and
// replaced by a larger one under a spin lock. A search reads lines of seven slots, each an address with 16 bits of the
// hash in the bits that addresses do not use; a line also counts the entries that found it full and went on, so that a
// search knows when to stop, and an erase leaves no trace (TaggedBuckets is the same without concurrency).
//
// What a search without the lock answers: an entry that stands in the table throughout is found, for the lines before
// its own count it as long. One that is not found was absent at some instant of the search. One that is found may be gone: its word
// tells. Who searches so keeps a LightPin until he has done with the entry; who holds the lock needs none, for entries go under
// it. All atomics are seq_cst.
//
// O(1) expected; growing, by half, and shrinking walk all entries. Memory: 64 bytes for seven slots, of which at most
// seven eighths are taken: 10.4 to 16 bytes an entry once there are many; after it has grown, the lines before, until
// those that read in them have ended and another entry comes, or a cleanup.
class alignas(cache_line_bytes) EntryShard {
 public:
  EntryShard() = default;
  ~EntryShard();
  EntryShard(const EntryShard&) = delete;
  EntryShard& operator=(const EntryShard&) = delete;

  // Before anything else: how many entries it keeps room for. Throws std::bad_alloc.
  void start(std::size_t expected) {
    const SpinGuard guard(lock);
    least_lines_ = lines_for(expected);
    table_ = word_of(*Lines::make(least_lines_));
  }

  // Null: it is not there.
  [[gnu::always_inline]] BucketEntry* find(std::uint64_t hash, const EntryName& name) const noexcept {
    const std::uint64_t table = table_.load();
    const Lines& lines = *lines_in(table);
    const std::size_t count = count_in(table);
    const std::uint64_t tag = tag_of(hash);
    // Once around at most: it may be that entries went on from every line.
    std::size_t i = home(hash, count);
    for (std::size_t seen = 0; seen < count; ++seen, i = next(i, count)) {
      const Line& line = lines[i];
      std::size_t k = first_slot(hash);
      for (std::size_t tried = 0; tried < slots_per_line; ++tried, k = next_slot(k)) {
        const std::uint64_t word = line.slots[k].load();
        if ((word ^ tag) >> address_bits == 0 && entry_in(word)->is(name)) return entry_in(word);
      }
      if (line.went_on.load() == 0) return nullptr;
    }
    return nullptr;
  }

  // Makes sure that `more` inserts find a slot. Throws std::bad_alloc, and has changed nothing.
  void make_room(std::size_t more) REQUIRES(lock) {
    if (left_ != nullptr && size_ % 16 == 0) free_left_lines();  // not each time: it looks at all threads
    const std::size_t count = count_in(table_.load());
    if (size_ + more > comfortable(count)) replace(std::max(count + count / 2 + 1, lines_for(size_ + more)));
  }
  // Requires that there is none of this name, and room.
  void insert(BucketEntry& entry, std::uint64_t hash) noexcept REQUIRES(lock) {
    lines().place(entry, hash);
    ++size_;
  }
  std::size_t size() const noexcept REQUIRES(lock) { return size_; }

  // Looks at the entries from line `from` on, one line at least, until `looked`, which counts them, comes to `enough`; takes those out
  // for which take(entry) says so. Answers the next line; 0: that was the last one.
  template <class Take>
  std::size_t sweep(std::size_t from, std::size_t& looked, std::size_t enough, Take take) noexcept REQUIRES(lock);
  // Gives back what is not needed any more, where there is memory to move to.
  void shrink() noexcept REQUIRES(lock);

  SpinLock lock;

 private:
  using Slot = std::atomic<std::uint64_t>;
  static constexpr std::size_t slots_per_line = 7;
  static constexpr unsigned address_bits = 48;

  struct alignas(64) Line {
    std::array<Slot, slots_per_line> slots{};
    std::atomic<std::uint64_t> went_on{0};  // entries that were to stand here, or came by, while all slots were taken
  };

  // An array of lines, with a line before them that says how many there are.
  struct alignas(64) Lines {
    // Of `least` or a few more, as a word can say. Throws std::bad_alloc.
    static Lines* make(std::size_t least) {
      const int more = powers_beside(least);
      const std::size_t count = (((least - 1) >> more) + 1) << more;
      void* const memory = ::operator new((count + 1) * sizeof(Line), std::align_val_t{sizeof(Line)});
      auto* const lines = new (memory) Lines{count};
      for (std::size_t i = 0; i < count; ++i) new (&(*lines)[i]) Line;
      return lines;
    }
    static void free(Lines* lines) noexcept { ::operator delete(lines, std::align_val_t{sizeof(Line)}); }

    Line& operator[](std::size_t i) noexcept { return reinterpret_cast<Line*>(this + 1)[i]; }
    const Line& operator[](std::size_t i) const noexcept { return reinterpret_cast<const Line*>(this + 1)[i]; }
    void place(BucketEntry& entry, std::uint64_t hash) noexcept;
    void erase(Slot& slot, std::size_t line, std::uint64_t hash) noexcept;

    const std::size_t count;
    Lines* left_before = nullptr;  // of those that have been left
    RetireStamp left_at = 0;
  };
  static_assert(sizeof(Lines) == sizeof(Line));

  static std::size_t home(std::uint64_t hash, std::size_t count) noexcept {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(hash)) * count >> 32;
  }
  static std::size_t next(std::size_t i, std::size_t count) noexcept { return i + 1 == count ? 0 : i + 1; }

  // Where the lines are and how many, in one word, so that a search waits for none but its own: the highest 16 bits times the power
  // of two in the lowest six, and the address between them.
  static int powers_beside(std::size_t count) noexcept {
    return std::max(static_cast<int>(std::bit_width(count)) - 15, 0);
  }
  static std::uint64_t word_of(const Lines& lines) noexcept {
    const int more = powers_beside(lines.count);
    return static_cast<std::uint64_t>(lines.count >> more) << address_bits | std::bit_cast<std::uint64_t>(&lines) |
           static_cast<std::uint64_t>(more);
  }
  static Lines* lines_in(std::uint64_t table) noexcept {
    return std::bit_cast<Lines*>(table & ((std::uint64_t{1} << address_bits) - sizeof(Lines)));
  }
  static std::size_t count_in(std::uint64_t table) noexcept {
    return table >> address_bits << (table & (sizeof(Lines) - 1));
  }
  Lines& lines() const noexcept { return *lines_in(table_.load()); }

  static std::size_t comfortable(std::size_t lines) { return lines * slots_per_line * 7 / 8; }
  static std::size_t lines_for(std::size_t entries) { return entries * 8 / (slots_per_line * 7) + 1; }

  // Where in a line it stands if that is free, so that a search mostly finds it at once.
  static std::size_t first_slot(std::uint64_t hash) noexcept { return (hash >> 40 & 0xff) * slots_per_line >> 8; }
  static std::size_t next_slot(std::size_t slot) noexcept { return slot + 1 == slots_per_line ? 0 : slot + 1; }

  // Odd, so that no tag is that of an empty slot.
  static std::uint64_t tag_of(std::uint64_t hash) { return (hash >> address_bits | 1) << address_bits; }
  static BucketEntry* entry_in(std::uint64_t word) {
    return std::bit_cast<BucketEntry*>(word & ((std::uint64_t{1} << address_bits) - 1));
  }

  void replace(std::size_t count) REQUIRES(lock);
  void free_left_lines() noexcept REQUIRES(lock);

  std::atomic<std::uint64_t> table_{0};
  std::size_t size_ GUARDED_BY(lock) = 0;
  std::size_t least_lines_ GUARDED_BY(lock) = 1;
  Lines* left_ GUARDED_BY(lock) = nullptr;  // that searches may still be in, the last one first
};

using EntryShards = std::array<EntryShard, 64>;
// Which of them, by bits of the hash that nothing else is chosen by.
inline std::size_t shard_of(std::uint64_t hash) noexcept {
  return hash >> 32 & (std::tuple_size_v<EntryShards> - 1);
}

template <class Take>
std::size_t EntryShard::sweep(std::size_t from, std::size_t& looked, std::size_t enough, Take take) noexcept {
  Lines& all = lines();
  for (std::size_t i = from; i < all.count; ++i) {
    const std::size_t before = looked;
    for (Slot& slot : all[i].slots) {
      if (slot.load() == 0) continue;
      ++looked;
      BucketEntry& entry = *entry_in(slot.load());
      if (!take(entry)) continue;
      all.erase(slot, i, hash_bucket(entry.name()));
      --size_;
    }
    if (looked == before) ++looked;
    if (looked >= enough && i + 1 < all.count) return i + 1;
  }
  return 0;
}

}  // namespace contend::rate_limiter
