#pragma once

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// A random walk in which a thread of the plan's cycle of locks stands still before the lock that closes the cycle, for as long
// as others can run (as in Joshi et al., "A Randomized Dynamic Program Analysis Technique for Detecting Real Deadlocks",
// PLDI 2009).
Thread* choose_steered();

}  // namespace contend::hunt
