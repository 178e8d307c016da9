#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Keeps loops that wait from waiting for ever while all ways are explored: whoever gives way for the fourth time does not run
// again before those who could have run since the last time that counted (Musuvathi and Qadeer, "Fair Stateless Model
// Checking", PLDI 2008). Some do not count, for a thread may yield and find nobody who runs. Of the first 64 threads.
void begin_fairness();
void fairness_sees_yield(const Thread& thread);
void fairness_sees_run(const Thread& thread);
// A bit for each thread that may run now; never none while one is runnable.
std::uint64_t fair_to_run();

}  // namespace contend::hunt
