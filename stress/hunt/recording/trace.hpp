#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Everything that the threads of an execution did, for people: kept only when the plan says so, which is when something
// has been found and is run again.
struct Event {
  std::uint32_t thread;
  std::uint32_t number;       // of the access, as in Access::event; 0: it is none
  std::uint32_t last_number;  // of its last part: an access over several cells has one for each
  std::uint64_t step;
  std::uint32_t choice;  // how many choices its thread had made by then: see Decision::ordinal
  Act act;
  std::uint8_t bytes;
  std::uint8_t order;  // of an atomic, as the compiler numbers them
  std::uint8_t age;    // of the store that a load saw; 0: the latest
  std::uintptr_t address;
  std::uintptr_t place;       // in the program: where the call or access returns to
  std::uint64_t before;       // values; of at most eight bytes
  std::uint64_t after;        // of an allocation: its size
  std::uint32_t first_frame;  // in frame_at(), innermost first
  std::uint32_t frame_count;
};

void prepare_trace();
void begin_trace();
void record_event(Thread& self, Act act, const volatile void* on, std::uintptr_t place = 0);
// Before an access is made.
void record_access(Thread& self, Act act, std::uint32_t number, std::uintptr_t address, std::size_t bytes,
                   std::uintptr_t place);
void record_allocation(Thread& self, std::uintptr_t address, std::size_t bytes);
// The next part of the same access.
void extend_access(std::uint32_t number);
// After an atomic operation: what it saw and left behind.
void record_values(std::uint64_t before, std::uint64_t after, int order, std::uint32_t age);
// Before another thread runs: what the last access has stored.
void settle_last_access();

inline bool is_access(const Event& event, std::uint32_t number) {
  return event.number != 0 && event.number <= number && number <= event.last_number;
}

std::size_t event_count();
const Event& event(std::size_t index);
// A call that is under way.
struct Frame {
  std::uintptr_t place;     // where it goes on
  std::uintptr_t base;      // its frame pointer: its variables lie at fixed distances from there
  std::uintptr_t function;  // where it begins
};
const Frame& frame_at(std::size_t index);

}  // namespace contend::hunt
