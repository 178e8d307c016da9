#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <new>
#include <utility>

#include "impls/sync/cache_line.hpp"

namespace contend {

// A table with a slot for each thread, in which the thread says something of itself and others look it up. A thread
// takes a free slot at its first use and leaves it when it ends; the next thread finds the slot as the last one left it.
// There is one table for each type of slot.
//
// Guarantee: `mine` and `for_each` may be called from any thread at any time; slots never move and are never freed. What
// a slot holds must be atomic where others read it. Memory: a cache line or more for each thread that ever ran at the
// same time as the others, in blocks of 64. `mine` costs one look at a thread-local pointer, and O(slots) once a thread.
template <class Slot>
class ThreadSlots {
 public:
  // The calling thread's own slot; null where there is no memory for one.
  static Slot* mine() noexcept {
    thread_local Place* place = nullptr;
    if (place == nullptr) {
      place = take();
      // Takes the slot away from what still runs when the thread's other objects are destroyed: that gets another.
      thread_local const Leaver leaver(place);
    }
    return place == nullptr ? nullptr : &place->slot;
  }

  // Calls visit(slot) for every slot that any thread has ever had: those of threads that have ended too.
  template <class Visit>
  static void for_each(Visit visit) {
    for (Block* block = &first_block; block != nullptr; block = block->next.load()) {
      for (Place& place : block->places) {
        if (place.used.load()) visit(place.slot);
      }
    }
  }

 private:
  struct alignas(cache_line_bytes) Place {
    Slot slot;
    std::atomic<bool> taken{false};
    std::atomic<bool> used{false};  // ever; set before the slot's thread says anything
  };
  struct Block {
    std::array<Place, 64> places;
    std::atomic<Block*> next{nullptr};
  };
  struct Leaver {
    explicit Leaver(Place*& held) : place(held) {}
    Leaver(const Leaver&) = delete;
    Leaver& operator=(const Leaver&) = delete;
    ~Leaver() {
      Place* const left = std::exchange(place, nullptr);
      if (left != nullptr) left->taken = false;
    }
    Place*& place;
  };

  static Place* take() noexcept {
    for (Block* block = &first_block; block != nullptr; block = next_of(*block)) {
      for (Place& place : block->places) {
        if (place.taken.load() || place.taken.exchange(true)) continue;
        place.used = true;
        return &place;
      }
    }
    return nullptr;
  }

  // The block after this one, made if there is none.
  static Block* next_of(Block& block) noexcept {
    if (Block* next = block.next.load(); next != nullptr) return next;
    Block* made = new (std::nothrow) Block;
    Block* next = nullptr;
    if (made == nullptr || block.next.compare_exchange_strong(next, made)) return made;
    delete made;
    return next;
  }

  static inline Block first_block;
};

}  // namespace contend
