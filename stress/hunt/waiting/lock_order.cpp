#include "stress/hunt/waiting/lock_order.hpp"

#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_steps = 4096;

struct LockOrder {
  LockStep steps[most_steps];
  std::uint32_t count;
};
HUNT_STATE constinit LockOrder order{};

std::uint64_t element(const void* lock) {
  return std::uint64_t{1} << ((address_of(lock) * 0x9E3779B97F4A7C15u) >> 58);
}

bool known(const LockStep& step) {
  for (std::uint32_t i = 0; i < order.count; ++i) {
    const LockStep& other = order.steps[i];
    if (other.thread == step.thread && other.holds == step.holds && other.locks == step.locks &&
        other.gates == step.gates) {
      return true;
    }
  }
  return false;
}

bool fits(const LockStep* cycle, std::uint32_t length, const LockStep& next) {
  if (cycle[length - 1].locks != next.holds) return false;
  for (std::uint32_t i = 0; i < length; ++i) {
    if (cycle[i].thread == next.thread || (cycle[i].gates & next.gates) != 0) return false;
  }
  return true;
}

// Depth first; `skip` counts down the cycles that are passed over.
std::uint32_t extend(LockStep (&cycle)[longest_cycle], std::uint32_t length, std::uint32_t& skip) {
  if (length >= 2 && cycle[length - 1].locks == cycle[0].holds) {
    if (skip == 0) return length;
    --skip;
  }
  if (length == longest_cycle) return 0;
  for (std::uint32_t i = 0; i < order.count; ++i) {
    // Each cycle once: it begins with its thread of the lowest number.
    if (order.steps[i].thread <= cycle[0].thread || !fits(cycle, length, order.steps[i])) continue;
    cycle[length] = order.steps[i];
    const std::uint32_t found_length = extend(cycle, length + 1, skip);
    if (found_length > 0) return found_length;
  }
  return 0;
}

}  // namespace

void begin_lock_order() {
  order.count = 0;
}

void note_locking(const Thread& thread, const void* lock) {
  if (!scheduler.several) return;
  for (std::uint32_t i = 0; i < thread.held_count; ++i) {
    LockStep step{thread.number, thread.ordinal, thread.held[i], lock, 0};
    for (std::uint32_t other = 0; other < thread.held_count; ++other) {
      if (other != i) step.gates |= element(thread.held[other]);
    }
    if (order.count < most_steps && !known(step)) order.steps[order.count++] = step;
  }
}

void note_locked(Thread& thread, const void* lock) {
  if (thread.held_count < Thread::most_held) thread.held[thread.held_count++] = lock;
}

void note_unlocked(Thread& thread, const void* lock) {
  for (std::uint32_t i = thread.held_count; i-- > 0;) {
    if (thread.held[i] != lock) continue;
    thread.held[i] = thread.held[--thread.held_count];
    return;
  }
}

std::uint32_t find_cycle(LockStep (&cycle)[longest_cycle], std::uint32_t skip) {
  for (std::uint32_t i = 0; i < order.count; ++i) {
    cycle[0] = order.steps[i];
    const std::uint32_t length = extend(cycle, 1, skip);
    if (length > 0) return length;
  }
  return 0;
}

}  // namespace contend::hunt
