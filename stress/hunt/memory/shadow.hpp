#pragma once

#include <cstddef>
#include <cstdint>

#include "stress/hunt/memory/regions.hpp"
#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {

// One access that is remembered, to be compared with later ones of others.
struct Access {
  std::uint32_t event = 0;  // its number among the accesses of the execution
  std::uint32_t clock = 0;  // of its thread's lane
  std::uint16_t lane = 0;
  std::uint8_t bytes = 0;  // which of the eight
  std::uint8_t is_write : 1 = 0;
  std::uint8_t is_atomic : 1 = 0;
};

// What is known of eight bytes of the program's memory in this execution.
struct Cell {
  static constexpr std::uint32_t most_accesses = 4;
  Access accesses[most_accesses];
  std::uint32_t objects = 0;      // the first of the locks, atomics and others that lie here; 0: none
  std::uint32_t freed_event = 0;  // when it was freed
  std::uint16_t owner = 0;        // the first thread that touched it, plus one
  std::uint8_t count = 0;
  std::uint8_t oldest = 0;
  bool shared = false;  // others may touch it too: accesses are points
  bool freed = false;
  bool has_atomics = false;
};
static_assert(sizeof(Cell) == 64);

// Shadow memory: a cell for each eight bytes anywhere, reserved by the 64 MiB that are touched. Cells of 256 bytes each
// carry the number of the execution that used them last, so nothing is cleared between executions.
inline constexpr std::size_t bytes_per_cell = 8;
inline constexpr std::uint32_t chunk_bits = 26;
inline constexpr std::uint32_t block_bits = 8;
inline constexpr std::size_t cells_per_block = (std::size_t{1} << block_bits) / bytes_per_cell;

struct Chunk {
  Cell* cells;
  std::uint32_t* used_by;  // for each block, the execution that used it last
};

struct Shadow {
  Chunk* chunks = nullptr;  // by address >> chunk_bits, of all 47 bits
  std::uint32_t execution = 0;
};
extern Shadow shadow;

void prepare_shadow();
void begin_shadow();
Chunk& make_chunk(Chunk& chunk);

inline Chunk& chunk_of(std::uintptr_t address) {
  Chunk& chunk = shadow.chunks[(address >> chunk_bits) & ((std::uintptr_t{1} << (47 - chunk_bits)) - 1)];
  return chunk.cells != nullptr ? chunk : make_chunk(chunk);
}

// The cell of an address; fresh where this execution has not used its block yet.
inline Cell& cell_of(std::uintptr_t address) {
  Chunk& chunk = chunk_of(address);
  const std::uintptr_t within = address & ((std::uintptr_t{1} << chunk_bits) - 1);
  std::uint32_t& used_by = chunk.used_by[within >> block_bits];
  if (used_by != shadow.execution) [[unlikely]] {
    used_by = shadow.execution;
    Cell* const block = &chunk.cells[within >> block_bits << (block_bits - 3)];
    __builtin_memset(static_cast<void*>(block), 0, sizeof(Cell) * cells_per_block);
  }
  return chunk.cells[within / bytes_per_cell];
}

inline bool is_used(std::uintptr_t address) {
  const Chunk& chunk = shadow.chunks[(address >> chunk_bits) & ((std::uintptr_t{1} << (47 - chunk_bits)) - 1)];
  constexpr std::uintptr_t within = (std::uintptr_t{1} << chunk_bits) - 1;
  return chunk.cells != nullptr && chunk.used_by[(address & within) >> block_bits] == shadow.execution;
}

// The same without making it: null where nobody has used the block.
Cell* find_cell(std::uintptr_t address);

// New memory: nothing is known of it. Costs time by what was used of it.
void forget(std::uintptr_t address, std::size_t bytes);
// The same for a stack, of which only the part next to its upper end was used.
void forget_stack(std::uintptr_t address, std::size_t bytes);

}  // namespace contend::hunt
