#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/scheduler/core/task_runner.hpp"
#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::scheduler {

// What holds for every design whose threads are its own.
inline constexpr Contract own_workers{
    .failure =
        "all memory of a run is taken before it starts: bad_alloc from any call leaves everything as it was; what a "
        "task throws is kept with task and attempt",
};

// And for those whose workers sleep in search_and_sleep.
inline constexpr Contract sleeping_workers =
    Contract{
        .shutdown = "owns its workers, who sleep in two phases; close ends the run, wakes and joins them",
    }
        .within(own_workers);

// What every design does alike: keeping the graph, the states of its tasks, retries, timeouts, cancelling, the end of a
// run, and the report. A design says how ready tasks wait, how a worker takes one, and how a completion releases what
// depends on it.
//
// In four floors, each of which knows only those below it:
//   SchedulerCore  the calls of the interface: the graph, whether a run goes on, and the threads
//   TaskRunner     a run from inside: attempts of tasks, and the conductor with its timers
//   WorkerSleep    where workers and conductor sleep
//   RunState       the states of the tasks and their counts
//
// Locks: control_ before mutex_. control_ guards the graph and whether a run goes on; no worker takes it, but in calls
// from inside a task. mutex_ is where threads sleep.
class SchedulerCore : public Scheduler, protected TaskRunner {
 public:
  ~SchedulerCore() override;
  SchedulerCore(const SchedulerCore&) = delete;
  SchedulerCore& operator=(const SchedulerCore&) = delete;

  AddStatus add(TaskSpec spec) final;
  RunResult run() final;
  std::vector<std::vector<std::string>> cyclic_groups() const final;
  CancelStatus cancel(std::string_view name) final;
  void shutdown(ShutdownMode mode) final;
  Report report() const final;
  std::optional<TaskReport> task(std::string_view name) const final;

 protected:
  // Throws std::invalid_argument that names the field, its value and what is allowed.
  explicit SchedulerCore(const Options& options);

  // --- what a design supplies, beside publish, attend and quiet ---

  // Makes room for these tasks, so that a run need not allocate. No run goes on. If it throws, the runs of the tasks of
  // before can still be made.
  virtual void prepare(const RunTasks& tasks) = 0;
  // A worker's life: returns when closing(). Designs whose threads are somebody else's do not start any.
  virtual void work(std::uint32_t) {}
  // Wakes workers that sleep elsewhere than in park, once closing().
  virtual void wake_to_close() {}

  // The last line of a design's constructor, and the first of its destructor.
  void start_workers();
  void close();

 private:
  // Of these tasks, if there are others than in the last run, whose failures it gives. If it throws, nothing has changed.
  void begin(std::optional<RunTasks>&& changed, std::vector<FailureRecord>& failures) REQUIRES(control_);
  RunResult name_cycle(const TaskEdges& circular) EXCLUDES(control_);

  mutable Mutex control_{{"scheduler control", 0}};
  ConditionVariable run_over_;
  TaskGraph graph_ GUARDED_BY(control_);
  bool graph_changed_ GUARDED_BY(control_) = false;
  bool running_ GUARDED_BY(control_) = false;
  int refusing_ GUARDED_BY(control_) = 0;  // callers of run who are looking for the cycle that they will name
  std::optional<ShutdownMode> shut_down_ GUARDED_BY(control_);
  std::vector<std::uint64_t> attempts_before_ GUARDED_BY(control_);  // of each worker, in earlier runs
  std::vector<std::thread> threads_;
};

}  // namespace contend::scheduler
