#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "impls/sync/cache_line.hpp"
#include "impls/sync/thread_number.hpp"

namespace contend::cache {

// Pointers on their way from many threads to one: each thread writes into one of a few rings, and what finds no place
// is lost. For hints, of which it is better to miss some than to wait.
//
// Guarantee: what was recorded before a drain began, and happens before it, has been lost or is handed over by that
// drain or was by an earlier one; nothing is handed over twice. `record` is wait-free. Memory: 5 KiB.
// Source: BP-Wrapper (Ding, Jiang and Zhang, ICDE 2009), made lossy as in Caffeine (Manes).
template <class Item>
class LossyBuffers {
 public:
  // True: this thread's ring is full, somebody should drain.
  bool record(Item& item) {
    Ring& ring = rings_[thread_number() % ring_count];
    // Relaxed: where to try. Threads that share a ring may take the same place, and then one of them loses.
    const std::uint32_t place = ring.next.load(std::memory_order_relaxed);
    std::atomic<Item*>& slot = ring.slots[place % ring_slots];
    Item* empty = slot;
    if (empty != nullptr) return true;
    if (slot.compare_exchange_strong(empty, &item)) ring.next.store(place + 1, std::memory_order_relaxed);
    return false;
  }

  // By one caller at a time.
  template <class Take>
  void drain(Take take) {
    for (Ring& ring : rings_) {
      for (std::atomic<Item*>& slot : ring.slots) {
        if (slot == nullptr) continue;
        take(*slot.exchange(nullptr));
      }
    }
  }

 private:
  static constexpr std::size_t ring_count = 16;
  static constexpr std::size_t ring_slots = 24;
  struct alignas(cache_line_bytes) Ring {
    std::atomic<std::uint32_t> next{0};
    std::array<std::atomic<Item*>, ring_slots> slots{};
  };
  std::array<Ring, ring_count> rings_;
};

}  // namespace contend::cache
