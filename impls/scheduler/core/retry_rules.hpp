#pragma once

#include <cstdint>

#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// How long the attempt after `attempt` (which has failed; 1 for the first) waits: full jitter, a function of its
// arguments and nothing else, so that it does not depend on which thread asks when.
DurationNs retry_delay(const RetryPolicy& retry, std::uint64_t seed, TaskId task, std::uint32_t attempt);

// The same without jitter: the longest that it may be.
DurationNs longest_retry_delay(const RetryPolicy& retry, std::uint32_t attempt);

}  // namespace contend::scheduler
