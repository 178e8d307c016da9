#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "impls/scheduler/core/tally.hpp"
#include "impls/scheduler/core/task_cell.hpp"
#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::scheduler {

// How a run is ended before all its tasks have come to an end by themselves.
enum class Halt : std::uint8_t { none, stopped, failed_fast, timed_out };

struct FailureRecord {
  TaskId task;
  std::uint32_t attempt;
  bool timed_out;
  std::exception_ptr exception;
};

// What all threads of a run share: the states of its tasks, how many came to which end, what failed, and whether the run
// is to end early. Every change of a task's state is one compare-and-swap, so whoever brings a task to its end may be a
// worker, the conductor or a caller from outside: one of them wins, and counts it in a tally of its own.
//
// Any thread at any time, but for build and reset.
class RunState {
 public:
  explicit RunState(int workers);

  // No run goes on, and nobody else looks.
  void build(const TaskGraph& graph);
  void reset();

  std::size_t tasks() const { return tasks_; }
  const std::vector<TaskId>& roots() const { return roots_; }  // tasks that depend on nothing
  TaskCell& cell(TaskId id) { return cells_[id]; }
  const TaskCell& cell(TaskId id) const { return cells_[id]; }

  Tally& tally_of_worker(std::uint32_t worker) { return tallies_[worker]; }
  Tally& tally_of_conductor() { return tallies_[workers_]; }
  Tally& tally_of_callers() { return tallies_[workers_ + 1]; }  // from outside, one at a time

  // Takes the task and all that depend on it out of the run, by a caller from outside. False: its end was decided.
  bool cancel(TaskId id);
  // Brings all that depend on a task that will not succeed to this end.
  void finish_dependents(TaskId id, TaskState as, Tally& tally);
  // Nothing starts any more when it returns; what runs may go on.
  void halt(Halt why, bool ask_to_stop, Tally& tally);
  Halt halted() const { return halted_; }
  bool stop_asked() const { return stop_asked_; }
  void record(const FailureRecord& failure);

  // Tasks without an end.
  std::uint64_t left() const;
  // What has been counted in this run; the number of tasks, and what is left of them, is the caller's to say.
  Report counts() const;
  // In the order in which they happened.
  std::vector<FailureRecord> failures() const {
    const MutexLock lock(failures_mutex_);
    return failures_;
  }

 private:
  std::uint64_t finals(TaskState state) const;

  const std::size_t workers_;

  // Constant during a run, but for the cells' states and counts.
  std::unique_ptr<TaskCell[]> cells_;
  std::size_t tasks_ = 0;
  std::vector<TaskId> roots_;

  std::unique_ptr<Tally[]> tallies_;  // of each worker, of the conductor, and of callers from outside
  std::atomic<Halt> halted_{Halt::none};
  std::atomic<bool> stop_asked_{false};

  mutable Mutex failures_mutex_{{"scheduler failures", 0}};
  std::vector<FailureRecord> failures_ GUARDED_BY(failures_mutex_);
};

}  // namespace contend::scheduler
