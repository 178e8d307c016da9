#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Which locks the threads of an execution wanted while they held others: a cycle in that order is a deadlock that has not
// happened. Whoever explores steers into it.
struct LockEdge {
  std::uint32_t thread;
  const volatile void* wanted;
  const volatile void* held[Thread::most_locks];  // all that it held
  std::uint32_t held_count;
};

void begin_lock_order();
// The thread is about to wait for it, if it must.
void lock_is_wanted(const Thread& thread, const volatile void* lock);
void lock_is_held(Thread& thread, const volatile void* lock);
void lock_is_given_up(Thread& thread, const volatile void* lock);
bool holds(const Thread& thread, const volatile void* lock);

std::uint32_t lock_edge_count();
const LockEdge& lock_edge(std::uint32_t index);

}  // namespace contend::hunt
