#pragma once

#include <atomic>
#include <cstdint>

#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// State of a task, number of attempts begun, and whether the last of them ended by its timeout, in one word: every
// change is one compare-and-swap, so one of two that compete wins, and an attempt that is over cannot be taken for the
// one that runs.
//
//   pending -> ready          its last dependency has succeeded
//   pending -> skipped        something that it depends on failed
//   ready(k) -> running(k+1)  a worker has claimed it
//   running(k) -> succeeded, failed, timed_out, retrying(k)
//   retrying(k) -> ready(k)   its time has come
//   any that is not final -> cancelled
//   when the run is ended: pending, ready(0) -> never_started; retrying, ready(k) -> failed, timed_out
struct TaskMoment {
  TaskState state = TaskState::pending;
  std::uint32_t attempts = 0;
  bool timed_out = false;  // the last attempt; false while one runs

  bool operator==(const TaskMoment&) const = default;

  // The same task at its end, if no other attempt follows on the failed one.
  TaskMoment given_up() const { return {timed_out ? TaskState::timed_out : TaskState::failed, attempts, timed_out}; }
};

class AtomicMoment {
 public:
  TaskMoment load() const { return unpacked(word_.load()); }
  void store(TaskMoment moment) { word_.store(packed(moment)); }
  // Before a run. (1) relaxed: publish, and then each change to ready, order it before all who look.
  void reset(TaskMoment moment) { word_.store(packed(moment), std::memory_order_relaxed); }
  // Whether it was `from` and is `to` now.
  bool change(TaskMoment from, TaskMoment to) {
    std::uint64_t expected = packed(from);
    return word_.compare_exchange_strong(expected, packed(to));
  }

 private:
  static constexpr std::uint64_t packed(TaskMoment moment) {
    return std::uint64_t{moment.attempts} << 8 | (moment.timed_out ? 0x80U : 0U) |
           static_cast<std::uint64_t>(moment.state);
  }
  static constexpr TaskMoment unpacked(std::uint64_t word) {
    return {static_cast<TaskState>(word & 0x7f), static_cast<std::uint32_t>(word >> 8), (word & 0x80) != 0};
  }

  std::atomic<std::uint64_t> word_{0};
};

// What a run knows of one task, on one line so that a completion touches one line for each dependent.
struct alignas(64) TaskCell {
  AtomicMoment moment;
  std::atomic<std::uint32_t> waiting{0};  // dependencies that have not succeeded
  // Of whoever has brought this task to an end other than success: the next one whose dependents it has to look at.
  TaskId next_ended = no_task;

  // Constant during a run.
  std::uint32_t dependencies = 0;
  std::uint32_t dependents = 0;
  std::int32_t priority = 0;
  bool has_timeout = false;
  const TaskId* first_dependent = nullptr;
  const TaskSpec* spec = nullptr;

  std::span<const TaskId> dependents_of() const { return {first_dependent, dependents}; }
};

}  // namespace contend::scheduler
