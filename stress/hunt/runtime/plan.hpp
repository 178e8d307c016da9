#pragma once

#include <cstddef>
#include <cstdint>

namespace contend::hunt {

// Who runs next is chosen by ...
enum class Strategy : std::uint8_t {
  round_robin,  // a switch at every point, in turn: for tests
  random_walk,  // any of the runnable threads, evenly
  sticky_walk,  // the same, but stays with the running thread 15 times of 16
  pct,          // priorities with d - 1 points of change (Burckhardt et al., ASPLOS 2010)
  pos,          // priorities drawn anew for conflicting operations (Yuan et al., CAV 2018)
  surw,         // evenly over the orders of the operations on one shared object (Zhao et al., ASPLOS 2025)
  steered,      // into a deadlock, see steering.hpp
  guided,       // stays with the running thread but for the decisions that are given: for replays and exhaustion
};

// A choice that differs from the one by default. It belongs to the n-th choice of a thread, not of the execution, so that
// taking one away leaves the others where they were.
struct Decision {
  enum class What : std::uint8_t {
    run,    // this thread runs next; by default the running one, or the next by number if that cannot
    read,   // a load sees the store that is this many stores old; by default the latest
    wake,   // this waiter is woken; by default the one that has waited longest
    fault,  // something fails that may: an allocation, a weak compare-and-swap, a wait that ends for no reason
  };
  std::uint32_t thread = 0;
  std::uint32_t ordinal = 0;
  What what = What::run;
  std::uint32_t value = 0;
  bool operator==(const Decision&) const = default;
};

// A thread that holds the one lock stops before the other.
struct Stop {
  std::uint32_t thread = 0;
  const volatile void* held = nullptr;
  const volatile void* wanted = nullptr;
};

// What may happen beside the order of the threads. A token names it.
struct Liberties {
  bool weak = false;        // loads may see older stores, as C++ allows
  bool spurious = false;    // waits may end and weak compare-and-swaps may fail for no reason
  bool time_jumps = false;  // the next deadline may come at any step, as for threads that stood still for long
};

// What is a find, beside what ends an execution by itself.
struct Watched {
  bool races = true;
  bool leaks = false;  // memory that nobody can reach at the end
};

// What an execution is asked to do. The same plan and the same scenario make the same execution, in every process.
struct Plan {
  Strategy strategy = Strategy::random_walk;
  std::uint32_t depth = 3;               // of pct
  std::uint64_t seed = 1;                // of the strategy
  std::uint64_t expected_choices = 100;  // of pct and surw: how many there were in executions before
  const Decision* decisions = nullptr;   // of guided, in the order in which the threads come to them
  std::size_t decision_count = 0;
  const Stop* stops = nullptr;  // of steered
  std::size_t stop_count = 0;
  Liberties may;
  Watched watched;
  std::uint32_t failing_allocation = 0;  // the n-th allocation of the threads fails; 0: none does
  bool branching = false;                // keeps where it could have gone another way, see branches.hpp
  bool recording = false;                // keeps every event with its stack, for people
  std::uint64_t most_steps = 200'000;
};

enum class FindingKind : std::uint8_t {
  none,
  race,
  deadlock,
  lock_order,
  use_after_free,
  bad_free,
  lock_misuse,
  leak,
  assertion,    // abort, assert, a check of the code, an uncaught exception, an exit code other than 0
  verdict,      // the scenario judged that what it saw is wrong
  crash,        // a signal: the memory that was touched is not there
  no_progress,  // more steps than the bound
  unsupported,  // the program does what cannot be explored
};
const char* name_of(FindingKind kind);

struct Finding {
  static constexpr std::size_t most_text = 4096;
  FindingKind kind = FindingKind::none;
  std::uint32_t thread = 0;
  std::uint64_t step = 0;
  std::uintptr_t address = 0;
  std::uintptr_t place = 0;         // in the program
  std::uint32_t event = 0;          // the access that completes a race or uses freed memory
  std::uint32_t earlier_event = 0;  // the access that it races with, or the free
  char text[most_text] = {};
};

// What an execution was.
struct Execution {
  Finding finding;
  std::uint64_t steps = 0;    // points at which another thread could have been chosen, had there been one
  std::uint64_t choices = 0;  // points at which there was one
  std::uint64_t switches = 0;
  std::uint64_t trace_hash = 0;  // of all points in order: the same plan must make the same
  std::uint64_t signature =
      0;  // of the order at each shared object: the same for executions that differ in nothing else
  std::uint32_t threads = 0;
  std::uint32_t decisions = 0;  // see recorded_decisions()
  std::uint32_t allocations = 0;
  bool decisions_complete = true;
};

}  // namespace contend::hunt
