#include "stress/hunt/memory/shadow.hpp"

namespace contend::hunt {

HUNT_STATE constinit Shadow shadow;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << chunk_bits;
constexpr std::size_t block_bytes = std::size_t{1} << block_bits;

}  // namespace

void prepare_shadow() {
  shadow.chunks = reserve_array<Chunk>(std::size_t{1} << (47 - chunk_bits));
}

void begin_shadow() {
  ++shadow.execution;
}

Chunk& make_chunk(Chunk& chunk) {
  chunk.used_by = reserve_array<std::uint32_t>(chunk_bytes / block_bytes);
  chunk.cells = reserve_array<Cell>(chunk_bytes / bytes_per_cell);
  return chunk;
}

Cell* find_cell(std::uintptr_t address) {
  return is_used(address) ? &cell_of(address) : nullptr;
}

void forget(std::uintptr_t address, std::size_t bytes) {
  const std::uintptr_t end = (address + bytes + bytes_per_cell - 1) & ~(bytes_per_cell - 1);
  for (std::uintptr_t at = address & ~(bytes_per_cell - 1); at < end;) {
    if (!is_used(at)) {
      at = (at | (block_bytes - 1)) + 1;
      continue;
    }
    __builtin_memset(static_cast<void*>(&cell_of(at)), 0, sizeof(Cell));
    at += bytes_per_cell;
  }
}

void forget_stack(std::uintptr_t address, std::size_t bytes) {
  constexpr std::size_t unused_before_end = std::size_t{64} << 10;
  std::size_t unused = 0;
  for (std::uintptr_t at = address + bytes; at > address && unused < unused_before_end;) {
    at -= block_bytes;
    if (is_used(at)) {
      forget(at, block_bytes);
      unused = 0;
    } else {
      unused += block_bytes;
    }
  }
}

}  // namespace contend::hunt
