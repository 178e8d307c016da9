#pragma once

#include <cstdint>

#include "stress/hunt/runtime/thread.hpp"

namespace contend::hunt {

// Selectively uniform random walk: of all shared objects one is selected for an execution, and the orders of the
// operations on it are drawn evenly; whatever else happens may happen anyhow. A thread that is about to touch the object
// waits until it is its turn, and turns are drawn by how many such operations each thread still has, as counted in the
// execution before. After Zhao et al., "Selectively Uniform Concurrency Testing", ASPLOS 2025.

void begin_selective_walk();
Thread* choose_selectively();
void count_selected_step(const Thread& thread, std::uint32_t slot);

}  // namespace contend::hunt
