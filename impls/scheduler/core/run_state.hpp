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
enum class Halt : std::uint8_t {
  none,
  stopped,
  failed_fast,
  timed_out,
  broken,  // by an exception that no task has thrown
};

struct FailureRecord {
  TaskId task;
  std::uint32_t attempt;
  bool timed_out;
  std::exception_ptr exception;
};

// The tasks of a graph, as its runs see them. Constant during a run, but for the cells' states and counts.
struct RunTasks {
  RunTasks() = default;
  RunTasks(const TaskGraph& graph, const TaskEdges& dependencies);

  std::size_t count = 0;
  std::unique_ptr<TaskCell[]> cells;
  TaskEdges dependents;             // the cells look into it
  std::vector<TaskId> roots;        // tasks that depend on nothing
  std::size_t most_dependents = 0;  // of one task
  std::size_t timed = 0;            // tasks that may have a timer: they have a timeout, or are tried again
  std::uint64_t most_attempts = 0;  // of all together
};

// What all threads of a run share: the states of its tasks, how many came to which end, what failed, and whether the run
// is to end early. Every change of a task's state is one compare-and-swap, so whoever brings a task to its end may be a
// worker, the conductor or a caller from outside: one of them wins, and counts it in a tally of its own. Nothing is
// allocated in a run.
//
// Any thread at any time, but for replace and reset.
class RunState {
 public:
  explicit RunState(int workers);

  // No run goes on, and nobody else looks.
  void replace(RunTasks&& tasks) noexcept { tasks_ = std::move(tasks); }
  // Begins a run, whose failures go to `room`, as many as it has room for. It holds those of the last run then, which are
  // the caller's to destroy: exceptions are the users'.
  void reset(std::vector<FailureRecord>& room) noexcept;
  // How many failures a run may bring.
  std::uint64_t most_failures() const { return tasks_.most_attempts; }

  std::size_t tasks() const { return tasks_.count; }
  const std::vector<TaskId>& roots() const { return tasks_.roots; }
  TaskCell& cell(TaskId id) { return tasks_.cells[id]; }
  const TaskCell& cell(TaskId id) const { return tasks_.cells[id]; }

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
  // What has ended the run: the first halt, but not one by time that met no task without an end.
  Halt verdict() const { return verdict_; }
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
  RunTasks tasks_;
  std::unique_ptr<Tally[]> tallies_;  // of each worker, of the conductor, and of callers from outside
  std::atomic<Halt> halted_{Halt::none};
  std::atomic<Halt> verdict_{Halt::none};
  std::atomic<bool> stop_asked_{false};

  mutable Mutex failures_mutex_{{"scheduler failures", 0}};
  std::vector<FailureRecord> failures_ GUARDED_BY(failures_mutex_);
  std::uint64_t failures_not_kept_ GUARDED_BY(failures_mutex_) = 0;
};

}  // namespace contend::scheduler
