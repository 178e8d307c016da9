#pragma once

#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {

// What the decisions of a guided plan say, and what an execution decides for such a plan to repeat.
Thread* guided_next(const Thread& running, Thread* by_default);
void record_decision(const Thread& running, Decision::What what, std::uint32_t value);

}  // namespace contend::hunt
