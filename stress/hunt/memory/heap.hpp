#pragma once

#include <cstddef>
#include <cstdint>

namespace contend::hunt {

// The heap of the program under test: at a fixed place, so that addresses are the same in every process, and set back
// before each execution to what it was before the first. Freed memory is reused last in, first out, which is what makes
// a stale pointer meet a new object.

// Before anything is allocated; safe to call again.
void prepare_heap();
// From here on what the driver allocates is not the program's.
void program_is_loaded();
bool is_loading();
// The execution starts from what was allocated until now, contents and all.
void keep_heap();
void begin_heap();
// What was allocated until now is presumed to be seen by all threads.
void heap_is_set_up();
bool is_from_set_up(std::uintptr_t address);

// Null where there is no more. `alignment` is a power of two.
void* heap_allocate(std::size_t bytes, std::size_t alignment);
void heap_free(void* memory);
std::size_t heap_size(void* memory);
bool is_heap_block(const void* memory);

// Blocks that are in use, for who looks for leaks.
struct HeapBlock {
  std::uintptr_t address;
  std::size_t bytes;
};
void for_each_block(void (*visit)(HeapBlock));
std::uintptr_t heap_begin_of_execution();
std::uintptr_t heap_end();
std::uint64_t blocks_in_use();

}  // namespace contend::hunt
