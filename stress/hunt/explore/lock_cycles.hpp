#pragma once

#include <cstdint>
#include <vector>

#include "stress/hunt/runtime/plan.hpp"

namespace contend::hunt {

// Where to stop whom so that each thread of a cycle waits for what the next one holds.
struct LockCycle {
  std::vector<Stop> stops;
  std::uint64_t name = 0;  // the same for the same threads and locks
};

// The cycles of two, three or four threads in the order of locks of the last execution, but for those behind a gate: a lock
// that two of them hold both. O(edges^4) at worst, of at most 256 edges with most of them in no cycle.
std::vector<LockCycle> lock_cycles_of_last();

}  // namespace contend::hunt
