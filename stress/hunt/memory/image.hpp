#pragma once

#include <cstddef>
#include <cstdint>

namespace contend::hunt {

// Globals of the program and of its libraries, as they were before main: each execution starts with them, so that the
// thousandth is like one in a fresh process. The C library, the unwinder and the runtime itself are left alone.

void keep_image();
void restore_image();

// Where globals lie, for who looks for pointers to memory.
struct Segment {
  char* begin;
  std::size_t bytes;
  char* kept;
};
std::size_t segment_count();
const Segment& segment(std::size_t index);

// At the first allocation of the process.
void find_c_library();
// Whether the code at this address is the C library's or the loader's: what they allocate they keep, whatever the
// execution, and it is none of the program's memory.
bool is_c_library(std::uintptr_t address);

}  // namespace contend::hunt
