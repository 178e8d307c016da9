#pragma once

#include <cstdint>

#include "stress/hunt/runtime/homes.hpp"
#include "stress/hunt/runtime/plan.hpp"
#include "stress/hunt/runtime/platform.hpp"
#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

inline constexpr std::uint32_t most_threads = 8192;  // of one execution
inline constexpr std::uint32_t most_alive = most_homes;

// What is under way. One execution at a time, and one thread of it at a time, so nothing here needs a lock.
struct Scheduler {
  Thread* current = nullptr;  // null: nothing is explored, and whatever the runtime replaces is the real thing
  bool several = false;       // more than one thread: they can disturb each other
  bool ending = false;        // the execution is over: whoever comes back goes to the driver
  Plan plan;
  Execution execution;
  Random random;          // of the strategy
  Random other_random;    // of all else: whom to wake, which store to see
  Random program_random;  // what the program asks the system for: the same in all executions, however they are chosen
  std::uint64_t now_ns = 0;

  Thread* threads = nullptr;
  std::uint32_t thread_count = 0;
  Thread* runnable[most_alive] = {};
  std::uint32_t runnable_count = 0;
  Thread* blocked[most_alive] = {};
  std::uint32_t blocked_count = 0;
  std::uint32_t timed_count = 0;
  std::uint32_t alive = 0;
  std::uint32_t unjoined = 0;  // ended, and nobody knows of it yet
  std::uint64_t tickets = 0;

  // Lanes of vector clocks: the thread that had it last, and how far it came.
  std::uint32_t lanes = 0;
  std::uint32_t most_lanes_ever = 0;  // of all executions: beyond that all clocks are zero
  Thread* lane_owner[most_lanes] = {};
  std::uint32_t lane_clock[most_lanes] = {};

  Decision* decisions = nullptr;  // those that differed from the default
  std::uint32_t decision_count = 0;
};
extern Scheduler scheduler;
inline constexpr std::uint32_t most_decisions = 1u << 16;

inline Thread* current_thread() {
  return scheduler.current;
}

// Once, before the first execution.
void prepare_scheduler();

// Runs `scenario` to its end, or to the first find, under `plan`.
void explore(const Plan& plan, void* (*scenario)(void*), void* argument);
const Execution& last_execution();
const Decision* recorded_decisions();

// --- for what the threads of the program do -------------------------------------------------------------------------

// Before an operation that others can see or that sees others: somebody else may run first.
void point(Act act, const volatile void* on, bool writes);
// The running thread has nothing to do until others have done something.
void yield_point();
// Stands still until it is woken, or until the deadline if there is one. Answers whether it was the deadline.
bool block(Act act, const volatile void* on, bool timed = false, std::uint64_t deadline_ns = 0,
           Thread* owner = nullptr);
// Wakes at most `most` of those that wait for `on`; answers how many.
std::uint32_t wake(const volatile void* on, std::uint32_t most, std::uint32_t bits = ~0u);
// One of `count` alternatives, 0 being what happens by default; drawn, or as the plan says.
std::uint32_t choose_alternative(Decision::What what, std::uint32_t count);
// The same for what happens rarely: 0, or 1 once in `rarity`.
bool choose_fault(std::uint32_t rarity);

// Waits until the thread has ended, or until the deadline, or not at all; answers as pthread_join() and its kin do.
int join_thread(pthread_t pthread, void** result, bool waits = true, bool timed = false, std::uint64_t deadline_ns = 0);
int detach_thread(pthread_t pthread);
// From here on what the thread did cannot be mistaken for what it does next.
inline void advance_clock(Thread& thread) {
  ++thread.clock.of_lane[thread.lane];
}

// Ends the execution with a find. The text is copied.
[[noreturn]] void found(FindingKind kind, std::uintptr_t address, const char* text, std::uintptr_t place = 0,
                        std::uint32_t event = 0, std::uint32_t earlier_event = 0);
[[noreturn]] void unsupported(const char* what);

}  // namespace contend::hunt
