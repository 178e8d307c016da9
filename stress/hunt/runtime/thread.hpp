#pragma once

#include <pthread.h>

#include <cstdint>

#include "stress/hunt/runtime/vector_clock.hpp"

namespace contend::hunt {

struct Home;

enum class ThreadState : std::uint8_t { runnable, blocked, ended };

// What a thread is about to do, or waits for: for strategies, for deadlocks, and for people.
enum class Act : std::uint8_t {
  none,
  read,
  write,
  atomic_load,
  atomic_store,
  atomic_update,
  fence,
  lock,
  unlock,
  read_lock,
  wait,
  notify,
  join,
  create,
  end,
  yield,
  sleep,
  once,
  allocate,
  free_memory,
};
const char* name_of(Act act);

// A thread of the program under test. One at a time runs; the others stand still at a point.
struct Thread {
  static constexpr std::uint32_t most_locks = 16;  // those beyond are in no order
  std::uint32_t number = 0;                        // by creation; 0 is the one that runs the scenario
  std::uint32_t lane = 0;                          // its component of vector clocks
  ThreadState state = ThreadState::runnable;
  bool detached = false;
  bool joined = false;
  Home* home = nullptr;
  void* (*start)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;

  // --- order
  VectorClock clock;              // what happened before what it does now
  VectorClock unfenced;           // what its relaxed loads have seen: an acquire fence makes it part of `clock`
  VectorClock release_fence;      // its clock at its last release fence
  VectorClock seen_by_fences;     // stores that no load may miss any more, by fences of sequential consistency
  std::uint64_t fence_order = 0;  // of its last fence of sequential consistency, among all stores
  bool has_release_fence = false;

  // --- waiting
  const volatile void* waits_for = nullptr;
  Act act = Act::none;  // what it is about to do, or what it does while it waits
  const volatile void* act_on = nullptr;
  bool act_writes = false;
  bool timed = false;
  bool timed_out = false;
  std::uint64_t deadline_ns = 0;
  std::uint32_t wake_bits = ~0u;
  std::uint64_t wait_ticket = 0;  // who has waited longest
  Thread* lock_owner = nullptr;   // who holds what it waits for, where that is a lock

  // --- locks that it holds, in the order in which it took them; see waiting/lock_order.hpp
  const volatile void* locks[most_locks] = {};
  std::uint32_t lock_count = 0;

  // --- strategies
  std::uint32_t place_in_runnable = 0;
  std::uint32_t ordinal = 0;  // of its choices
  std::uint64_t priority = 0;
  std::uint32_t steps_in_a_row = 0;
  std::uint32_t steps_at_one = 0;  // object, `last_on`
  const volatile void* last_on = nullptr;
  std::uint32_t selected_left = 0;  // of surw
};

}  // namespace contend::hunt
