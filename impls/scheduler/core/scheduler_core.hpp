#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/scheduler/core/run_timers.hpp"
#include "impls/scheduler/core/tally.hpp"
#include "impls/scheduler/core/task_cell.hpp"
#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "impls/sync/backoff.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::scheduler {

// What holds for every design whose threads are its own.
inline constexpr Contract own_workers{
    .failure = "what a task throws is kept with task and attempt; out of memory in a worker ends the process",
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
// Locks: control_ before mutex_. control_ guards the graph and whether a run goes on; no worker takes it, but in calls
// from inside a task. mutex_ is where threads sleep: workers without work, and the conductor, which is the thread that
// called run and keeps the timers. What workers do for each task takes neither, but in designs that want it.
class SchedulerCore : public Scheduler {
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

  // --- what a design supplies ---

  // Makes room for a graph of so many tasks, so that a run need not allocate. No run goes on.
  virtual void prepare(std::size_t tasks) = 0;
  // Takes tasks that are ready in. Called by the conductor.
  virtual void publish(std::span<const TaskId> ready) = 0;
  // A worker's life: returns when closing(). Designs whose threads are somebody else's do not start any.
  virtual void work(std::uint32_t) {}
  // Called by the conductor whenever it wakes up.
  virtual void attend() {}
  // Wakes workers that sleep elsewhere than in park, once closing().
  virtual void wake_to_close() {}
  // Whether no task is ready or running and no worker inside one. Once true it stays so until the conductor publishes.
  virtual bool quiet() const REQUIRES(mutex_) { return parked_ == options_.workers; }

  // The last line of a design's constructor, and the first of its destructor.
  void start_workers();
  void close();

  // --- what workers do for a task ---

  // Takes a ready task: the number of its attempt, or 0 if somebody has cancelled it.
  std::uint32_t claim(TaskId id) {
    TaskCell& cell = cells_[id];
    const TaskMoment seen = cell.moment.load();
    const bool claimed =
        seen.state == TaskState::ready && cell.moment.change(seen, {TaskState::running, seen.attempts + 1});
    return claimed ? seen.attempts + 1 : 0;
  }
  // Does an attempt and whatever follows from its failure. True if the task has succeeded: its dependents are to be
  // released, by this worker.
  bool perform(TaskId id, std::uint32_t attempt, std::uint32_t worker);

  // Marks the task done in each dependent, and calls on_ready(id) for those for which it was the last.
  template <class OnReady>
  void release_dependents(TaskId id, OnReady&& on_ready) {
    for (const TaskId dependent : cells_[id].dependents_of()) {
      if (counts_down(cells_[dependent]) && make_ready(dependent)) on_ready(dependent);
    }
  }
  // Whether this was the last dependency. Of several at once, one is told so.
  static bool counts_down(TaskCell& cell) { return cell.dependencies == 1 || cell.waiting.fetch_sub(1) == 1; }
  // False if it has been cancelled or skipped before.
  bool make_ready(TaskId id) { return cells_[id].moment.change({TaskState::pending, 0}, {TaskState::ready, 0}); }
  // As make_ready and claim in one step: for the first attempt of a task that never waits in a queue.
  bool start_at_once(TaskId id) { return cells_[id].moment.change({TaskState::pending, 0}, {TaskState::running, 1}); }

  TaskCell& cell(TaskId id) { return cells_[id]; }

  // --- sleeping of workers, in two phases: announce, look again for work, then park or retract ---

  // seq_cst, as is the load in wake: a worker announces before it looks at the queues for the last time, and whoever
  // publishes does so before he looks for sleepers, so one of the two sees the other.
  void announce_sleep() { sleepers_.fetch_add(1); }
  void retract_sleep() EXCLUDES(mutex_);
  void park() EXCLUDES(mutex_);
  // To be called after publishing: wakes up to that many workers.
  void wake(std::size_t workers) EXCLUDES(mutex_) {
    if (workers > 0 && sleepers_.load() > 0) wake_sleepers(workers);
  }
  bool closing() const { return closing_; }

  // A worker's life where ready tasks lie in queues: `find` gives one or no_task, `run` does it.
  template <class Find, class Run>
  void search_and_sleep(Find&& find, Run&& run) {
    while (!closing()) {
      TaskId id = find();
      for (int spin = 0; id == no_task && spin < searches_before_sleep; ++spin) {
        cpu_relax();
        id = find();
      }
      if (id == no_task) {
        announce_sleep();
        id = find();
        if (id == no_task) {
          park();
          continue;
        }
        retract_sleep();
      }
      run(id);
    }
  }

  // Has the conductor look at things again.
  void wake_conductor() EXCLUDES(mutex_);

  const Options options_;
  Mutex mutex_{{"scheduler", 0}};
  ConditionVariable work_;             // of workers
  ConditionVariable quiet_;            // of the conductor
  int parked_ GUARDED_BY(mutex_) = 0;  // workers asleep, less those woken that have not noticed

 private:
  class Context;
  class OutsideWalk;
  enum class Halt : std::uint8_t { none, stopped, failed_fast, timed_out };
  struct FailureRecord {
    TaskId task;
    std::uint32_t attempt;
    bool timed_out;
    std::exception_ptr exception;
  };

  void rebuild_cells() REQUIRES(control_);
  void reset_run() REQUIRES(control_);
  void conduct();
  void fire_due_timers();
  bool is_wanted(const RunTimer& timer) const;
  void add_timer(const RunTimer& timer) EXCLUDES(mutex_);

  void fail_attempt(const FailureRecord& failure, bool may_retry, Tally& tally);
  bool is_retryable(const TaskSpec& spec, const std::exception_ptr& exception) const;
  void finish_dependents(TaskId id, TaskState as, Tally& tally);
  void halt(Halt why, bool ask_to_stop, Tally& tally);
  void record(const FailureRecord& failure);
  void wake_sleepers(std::size_t workers) EXCLUDES(mutex_);
  static constexpr int searches_before_sleep = 64;
  std::uint64_t finals(TaskState state) const;
  std::uint64_t left() const;

  Clock& clock_;

  mutable Mutex control_{{"scheduler control", 0}};
  ConditionVariable run_over_;
  TaskGraph graph_ GUARDED_BY(control_);
  bool graph_changed_ GUARDED_BY(control_) = false;
  bool running_ GUARDED_BY(control_) = false;
  std::optional<ShutdownMode> shut_down_ GUARDED_BY(control_);
  std::vector<std::uint64_t> attempts_before_ GUARDED_BY(control_);  // of each worker, in earlier runs

  // Written under control_ while no run goes on, constant during a run.
  std::unique_ptr<TaskCell[]> cells_;
  std::size_t tasks_ = 0;
  std::vector<TaskId> roots_;
  TimeNs run_deadline_ns_ = never;

  // Of each worker, then of the conductor, then of callers from outside, who hold control_.
  std::unique_ptr<Tally[]> tallies_;
  std::atomic<Halt> halted_{Halt::none};
  std::atomic<bool> stop_asked_{false};

  mutable Mutex failures_mutex_{{"scheduler failures", 0}};
  std::vector<FailureRecord> failures_ GUARDED_BY(failures_mutex_);

  RunTimers timers_ GUARDED_BY(mutex_);
  int permits_ GUARDED_BY(mutex_) = 0;        // to wake up, handed out and not yet taken
  int outside_walks_ GUARDED_BY(mutex_) = 0;  // callers who are about to bring tasks to their end
  std::atomic<bool> signalled_{false};
  alignas(cache_line_bytes) std::atomic<int> sleepers_{0};  // announced, and nobody has handed them a permit
  std::atomic<bool> closing_{false};
  std::vector<std::thread> threads_;
};

}  // namespace contend::scheduler
