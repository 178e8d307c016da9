#include "stress/hunt/memory/accesses.hpp"

#include "stress/hunt/atomics/history.hpp"
#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_ignored = 4096;

struct Accesses {
  std::uint32_t events;
  std::uintptr_t ignored[most_ignored];
  std::uint32_t ignored_count;
};
HUNT_STATE constinit Accesses accesses{};

bool is_ignored(std::uintptr_t place) {
  for (std::uint32_t i = 0; i < accesses.ignored_count; ++i) {
    if (accesses.ignored[i] == place) return true;
  }
  return false;
}

// What was there before the first thread was made is anybody's; the rest belongs to whoever touched it first, until
// somebody else does.
bool presumed_shared(std::uintptr_t address, const Thread& self) {
  if (in_heap(address)) return is_from_set_up(address);
  if (in_stacks(address)) return !in_stack_of(*self.home, address);
  return true;
}

void note_toucher(Cell& cell, std::uintptr_t address, const Thread& self) {
  const auto toucher = static_cast<std::uint16_t>(self.number + 1);
  if (cell.owner == 0) {
    cell.owner = toucher;
    cell.shared = presumed_shared(address, self);
  } else if (cell.owner != toucher) {
    cell.shared = true;
  }
}

[[noreturn]] void report_use_after_free(const Cell& cell, std::uintptr_t address, bool is_write, std::uintptr_t place) {
  found(FindingKind::use_after_free, address,
        is_write ? "memory is written that was freed" : "memory is read that was freed", place, accesses.events,
        cell.freed_event);
}

void report_race(const Access& earlier, std::uintptr_t address, bool is_atomic, std::uintptr_t place) {
  if (!scheduler.plan.watched.races || is_ignored(place)) return;
  const char* text = "two accesses that nothing orders, one of them a write";
  if (is_atomic || earlier.is_atomic) text = "an atomic and a plain access that nothing orders, one of them a write";
  found(FindingKind::race, address, text, place, accesses.events, earlier.event);
}

// Compares an access with those that are remembered, and remembers it in the place of those that it makes superfluous.
void check(Cell& cell, const Access& now, std::uintptr_t address, std::uintptr_t place) {
  const Thread& self = *scheduler.current;
  for (std::uint32_t i = 0; i < cell.count;) {
    const Access& earlier = cell.accesses[i];
    bool superfluous = false;
    if ((earlier.bytes & now.bytes) != 0) {
      const bool known = earlier.lane == now.lane || earlier.clock <= self.clock.of_lane[earlier.lane];
      const bool conflict = (now.is_write || earlier.is_write) && !(now.is_atomic && earlier.is_atomic);
      if (conflict && !known) report_race(earlier, address, now.is_atomic, place);
      // Whoever is not ordered with the earlier one is not ordered with this one either.
      superfluous = known && (earlier.bytes & ~now.bytes) == 0 && (now.is_write || !earlier.is_write) &&
                    (!now.is_atomic || earlier.is_atomic);
    }
    if (superfluous) {
      cell.accesses[i] = cell.accesses[--cell.count];
    } else {
      ++i;
    }
  }
  if (cell.count < Cell::most_accesses) {
    cell.accesses[cell.count++] = now;
  } else {
    cell.accesses[cell.oldest++ % Cell::most_accesses] = now;
  }
}

// Whether the thread has made the same access since it last told others anything: whoever could race with this one has then
// been compared with that one. For people the latest of them counts.
bool is_remembered(const Cell& cell, const Access& now) {
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    const Access& earlier = cell.accesses[i];
    if (earlier.clock == now.clock && earlier.lane == now.lane && earlier.bytes == now.bytes &&
        earlier.is_write == now.is_write && earlier.is_atomic == now.is_atomic) {
      return true;
    }
  }
  return false;
}

struct Part {
  std::uintptr_t address;
  std::size_t bytes;
  std::uint8_t mask;
};

// The part of a range that lies within eight bytes of one cell.
Part first_part(std::uintptr_t address, std::size_t bytes) {
  const std::size_t within = address & 7;
  const std::size_t taken = 8 - within < bytes ? 8 - within : bytes;
  return {address, taken, static_cast<std::uint8_t>(((1u << taken) - 1) << within)};
}

// A plain write to where atomics were: they are others now.
void forget_atomics(const Part& written) {
  const std::uintptr_t granule = written.address & ~std::uintptr_t{7};
  for (std::uintptr_t at = granule; at < written.address + written.bytes; ++at) {
    Object* const object = find_object(reinterpret_cast<const void*>(at), ObjectKind::atomic);
    if (object == nullptr || at + object->bytes <= written.address) continue;
    object->has_release = false;
    object->history = 0;
  }
}

Access access_now(const Thread& self, std::uint8_t mask, bool is_write, bool is_atomic) {
  Access access;
  access.event = accesses.events;
  access.clock = self.clock.of_lane[self.lane];
  access.lane = static_cast<std::uint16_t>(self.lane);
  access.bytes = mask;
  access.is_write = is_write ? 1 : 0;
  access.is_atomic = is_atomic ? 1 : 0;
  return access;
}

}  // namespace

void begin_accesses() {
  accesses.events = 0;
}

void access_alone(std::uintptr_t address, bool is_write, std::uintptr_t place) {
  const Cell& cell = cell_of(address);
  if (cell.freed) report_use_after_free(cell, address, is_write, place);
}

void access_among_several(std::uintptr_t address, std::size_t bytes, bool is_write, std::uintptr_t place) {
  Thread& self = *scheduler.current;
  const Act act = is_write ? Act::write : Act::read;
  bool recorded = false;
  while (bytes > 0) {
    const Part part = first_part(address, bytes);
    Cell* cell = &cell_of(part.address);
    note_toucher(*cell, part.address, self);
    // A race shows by what orders the accesses, wherever the threads stand; without one only synchronisation can tell orders
    // apart. So no thread is stopped here, unless races are not looked for.
    if (cell->shared && !scheduler.plan.watched.races) {
      point(act, reinterpret_cast<const void*>(part.address & ~std::uintptr_t{7}), is_write);
      cell = &cell_of(part.address);  // meanwhile it may have become another's
    }
    ++accesses.events;
    if (scheduler.plan.recording) {
      if (recorded) extend_access(accesses.events);
      if (!recorded) record_access(self, act, accesses.events, address, bytes, place);
      recorded = true;
    }
    if (cell->freed) [[unlikely]]
      report_use_after_free(*cell, part.address, is_write, place);
    const Access now = access_now(self, part.mask, is_write, false);
    if (scheduler.plan.recording || cell->shared || !is_remembered(*cell, now)) check(*cell, now, part.address, place);
    if (is_write && cell->has_atomics) forget_atomics(part);
    address += part.bytes;
    bytes -= part.bytes;
  }
}

void check_atomic(std::uintptr_t address, std::size_t bytes, Act act, std::uintptr_t place) {
  Thread& self = *scheduler.current;
  ++accesses.events;
  if (scheduler.plan.recording) record_access(self, act, accesses.events, address, bytes, place);
  while (bytes > 0) {
    const Part part = first_part(address, bytes);
    Cell& cell = cell_of(part.address);
    note_toucher(cell, part.address, self);
    cell.has_atomics = true;
    const bool is_write = act != Act::atomic_load;
    if (cell.freed) [[unlikely]]
      report_use_after_free(cell, part.address, is_write, place);
    check(cell, access_now(self, part.mask, is_write, true), part.address, place);
    address += part.bytes;
    bytes -= part.bytes;
  }
}

void check_free(std::uintptr_t address, std::size_t bytes, std::uintptr_t place) {
  Thread& self = *scheduler.current;
  ++accesses.events;
  if (scheduler.plan.recording) record_access(self, Act::free_memory, accesses.events, address, bytes, place);
  for (std::uintptr_t at = address; at < address + bytes;) {
    Cell* const cell = find_cell(at);
    if (cell == nullptr) {
      at = (at | ((std::uintptr_t{1} << block_bits) - 1)) + 1;
      continue;
    }
    if (scheduler.several) check(*cell, access_now(self, 0xff, true, false), at, place);
    cell->freed = true;
    cell->freed_event = accesses.events;
    at += 8;
  }
}

void ignore_race_at(std::uintptr_t place) {
  if (accesses.ignored_count < most_ignored && !is_ignored(place)) accesses.ignored[accesses.ignored_count++] = place;
}

}  // namespace contend::hunt
