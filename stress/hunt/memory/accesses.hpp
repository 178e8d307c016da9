#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {

// An access of the program to its memory: a point where others may come in between, if the memory is shared; a race with
// what others did there without an order between the two; or the use of memory that was freed.
void access_among_several(std::uintptr_t address, std::size_t bytes, bool is_write, std::uintptr_t place);
void access_alone(std::uintptr_t address, bool is_write, std::uintptr_t place);
inline void access_memory(std::uintptr_t address, std::size_t bytes, bool is_write, std::uintptr_t place) {
  if (scheduler.several) return access_among_several(address, bytes, is_write, place);
  if (in_heap(address) && is_used(address)) access_alone(address, is_write, place);
}

// The same for an atomic, which is a point anyhow and has been one already.
void check_atomic(std::uintptr_t address, std::size_t bytes, Act act, std::uintptr_t place);

// Memory that is freed: whoever has used it without an order to this, or uses it afterwards, is told.
void check_free(std::uintptr_t address, std::size_t bytes, std::uintptr_t place);

void begin_accesses();

// Races between these places of the program are known and not told again.
void ignore_race_at(std::uintptr_t place);

}  // namespace contend::hunt
