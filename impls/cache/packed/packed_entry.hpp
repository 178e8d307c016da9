#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "impls/base/time.hpp"
#include "impls/cache/cache.hpp"
#include "impls/cache/table/entry.hpp"
#include "impls/tables/one_piece.hpp"

namespace contend::cache {

// An entry in one piece of memory, which belongs to the lock of its shard until it has left.
struct PackedEntry : QueueHook, OnePiece<PackedEntry> {
  std::uint64_t hash = 0;
  std::uint64_t weight = 1;
  TimeNs deadline_ns = never;
  std::uint32_t value_bytes = 0;
  std::uint32_t room_bytes = 0;
  std::uint16_t key_bytes = 0;
  std::atomic<std::uint8_t> hits{0};  // relaxed: only ever touched under the lock; the policies ask for an atomic
  RemovalCause cause = RemovalCause::evicted;  // once it has left

  static const std::size_t header_bytes;
};
inline constexpr std::size_t PackedEntry::header_bytes = sizeof(PackedEntry);

// Entries that have left their shard, kept until no lock is held.
class RemovedPieces {
 public:
  RemovedPieces() = default;
  ~RemovedPieces() { entries_.clear_and_dispose(PackedEntry::Delete()); }
  RemovedPieces(const RemovedPieces&) = delete;
  RemovedPieces& operator=(const RemovedPieces&) = delete;

  void add(PackedEntry& entry, RemovalCause cause) noexcept {
    entry.cause = cause;
    entries_.push_back(entry);
  }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  boost::intrusive::list<PackedEntry, boost::intrusive::constant_time_size<false>> entries_;
};

}  // namespace contend::cache
