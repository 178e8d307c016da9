#pragma once

#include <cstddef>
#include <vector>

#include "stress/hunt/names/symbols.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// Which events of the execution that was recorded last are worth telling.
struct Choice {
  std::vector<std::size_t> events;
  std::size_t left_out = 0;  // that would have been too many
};
Choice choose_events(const Finding& finding, Symbols& symbols);

// Whether it is one of the events that are the find.
bool is_culprit(std::size_t event_index, const Finding& finding);
// Whether it is an attempt to lock, which is over when another holds the lock.
bool is_attempt(const Event& one, Symbols& symbols);
// Whoever waits at a condition gives the mutex up.
bool is_part_of_wait(std::size_t event_index);
// Thread n was started by this event; the number of all events if it is not known.
std::size_t start_of_thread(std::uint32_t thread);

}  // namespace contend::hunt
