#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Who locks what while it holds what. Two threads that lock the same two locks in opposite order, with no third lock that
// both hold meanwhile, can wait for each other, whether or not they did this time (Havelund, "Using Runtime Analysis to
// Guide Model Checking of Java Programs", 2000). Such a cycle is no find: it is a place to steer to.

struct LockStep {
  std::uint32_t thread;
  std::uint32_t ordinal;  // of its choices, just before it locks
  const void* holds;
  const void* locks;
  std::uint64_t gates;  // a set of what else it holds, by hash: others with a common element cannot be there at once
};

void begin_lock_order();
void note_locking(const Thread& thread, const void* lock);
void note_locked(Thread& thread, const void* lock);
void note_unlocked(Thread& thread, const void* lock);

// After an execution: two to four steps of as many threads that could wait for each other; their number, 0: none.
inline constexpr std::uint32_t longest_cycle = 4;
std::uint32_t find_cycle(LockStep (&cycle)[longest_cycle], std::uint32_t skip);

}  // namespace contend::hunt
