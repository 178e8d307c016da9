#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/runtime/homes.hpp"

namespace contend::hunt {

// Where things lie. Addresses of the program's own memory are the same in every process: programs are linked to a fixed
// place, and the heap and the stacks are put where nobody else is.

inline constexpr std::uintptr_t first_heap = 0x6000'0000'0000;
inline constexpr std::size_t heap_bytes = std::size_t{1} << 36;
inline bool in_heap(std::uintptr_t address) {
  return address - first_heap < heap_bytes;
}

// The program linked to a fixed place lies low.
inline constexpr std::uintptr_t end_of_program = 0x1000'0000;
inline bool in_program(std::uintptr_t address) {
  return address < end_of_program;
}

// The address where it is the same in every process; 0 elsewhere, as in libraries, which the system puts anywhere.
inline std::uintptr_t stable_address(std::uintptr_t address) {
  return in_program(address) || in_heap(address) || in_stacks(address) ? address : 0;
}

}  // namespace contend::hunt
