#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>

#include "stress/hunt/runtime/platform.hpp"

namespace contend::hunt {

struct Thread;

// How threads of the program take turns.
enum class Switching : std::uint8_t {
  fibers,    // all on one thread of the system, which takes the stack and the thread-local storage of whoever runs
  pthreads,  // each on its own, handing a baton round: slower by far, and free of assumptions about the machine
};

// Where a thread of the program lives: a real pthread with its stack, its thread-local storage and its errno, all made by
// the C library. With fibers it sleeps for ever on a stack aside, while the one running thread borrows the rest.
struct Home {
  static constexpr std::size_t stack_bytes = std::size_t{8} << 20;
  static constexpr std::size_t distance = std::size_t{16} << 20;
  static constexpr std::size_t most_frames = 512;
  static constexpr std::size_t most_keys = 128;
  static constexpr std::size_t most_destructors = 256;

  struct Destructor {
    void (*run)(void*);
    void* object;
  };

  std::uint64_t stack_pointer = 0;
  std::uint64_t fresh_stack_pointer = 0;  // where a new thread begins
  std::uint64_t thread_pointer = 0;       // the FS base
  pthread_t pthread{};
  char* stack = nullptr;
  char* stack_aside = nullptr;
  std::uint32_t ready = 0;
  std::uint32_t baton = 0;
  Thread* thread = nullptr;
  bool busy = false;
  bool begins = false;                  // its next thread has not run yet
  std::uint32_t used_in_execution = 0;  // the last one, as the shadow memory numbers them

  // --- of the thread that lives here
  void* frames[most_frames];  // where it was called from, outermost first
  std::uint32_t frame_count = 0;
  void* key_values[most_keys];
  Destructor destructors[most_destructors];  // of its thread_local objects
  std::uint32_t destructor_count = 0;
};

inline constexpr std::uintptr_t first_stack = 0x6100'0000'0000;
inline constexpr std::uint32_t most_homes = 512;
inline bool in_stacks(std::uintptr_t address) {
  return address - first_stack < most_homes * Home::distance;
}
inline bool in_stack_of(const Home& home, std::uintptr_t address) {
  return address - address_of(home.stack) < Home::stack_bytes;
}

// Once, before the first execution.
void prepare_homes(Switching switching);

// A free home, fresh as that of a new thread. A new one is made where none is free.
Home* take_home();
void leave_home(Home* home);
// Between executions: whoever lived there is gone.
void empty_all_homes();

// Runs `to` until somebody switches back; from the driver, or from one thread to another.
void switch_from_driver(Home* to);
void switch_between(Home* from, Home* to);
void switch_to_driver(Home* from);

// Runs the thread that lives there to its end and hands over to another, for good.
[[noreturn]] void run_thread_at(Home* home);

}  // namespace contend::hunt
