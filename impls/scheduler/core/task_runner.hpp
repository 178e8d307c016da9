#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "impls/base/clock.hpp"
#include "impls/scheduler/core/run_state.hpp"
#include "impls/scheduler/core/run_timers.hpp"
#include "impls/scheduler/core/worker_sleep.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// A run from inside: what workers do for a task, and what the conductor does, which is the thread that called run and
// keeps the timers. What workers do for each task takes no lock, but in designs that want one.
class TaskRunner : protected WorkerSleep {
 protected:
  explicit TaskRunner(const Scheduler::Options& options);
  ~TaskRunner() = default;

  // --- what a design supplies ---

  // Takes tasks that are ready in. Called by the conductor.
  virtual void publish(std::span<const TaskId> ready) = 0;
  // Called by the conductor whenever it wakes up.
  virtual void attend() {}
  // Called by the conductor after the last task has come to its end: returns when nothing of the run is left in threads
  // that are somebody else's.
  virtual void settle() {}

  // --- what workers do for a task ---

  // Takes a ready task: the number of its attempt, or 0 if somebody has cancelled it.
  std::uint32_t claim(TaskId id) {
    TaskCell& cell = state_.cell(id);
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
    for (const TaskId dependent : cell(id).dependents_of()) {
      if (counts_down(cell(dependent)) && make_ready(dependent)) on_ready(dependent);
    }
  }
  // Whether this was the last dependency. Of several at once, one is told so.
  static bool counts_down(TaskCell& cell) { return cell.dependencies == 1 || cell.waiting.fetch_sub(1) == 1; }
  // False if it has been cancelled or skipped before.
  bool make_ready(TaskId id) { return cell(id).moment.change({TaskState::pending, 0}, {TaskState::ready, 0}); }
  // As make_ready and claim in one step: for the first attempt of a task that never waits in a queue.
  bool start_at_once(TaskId id) { return cell(id).moment.change({TaskState::pending, 0}, {TaskState::running, 1}); }

  TaskCell& cell(TaskId id) { return state_.cell(id); }

  // --- the conductor ---

  // Before each run, when nobody is in one: all tasks start anew.
  void start_over();
  // Returns when every task has come to an end and no work is running.
  void conduct();
  // Has the conductor look at things again.
  void wake_conductor() EXCLUDES(mutex_);

  // While a caller who is no worker brings tasks to their end, all workers may sleep and yet no task be lost.
  class OutsideWalk {
   public:
    explicit OutsideWalk(TaskRunner& runner) : runner_(runner) {
      const MutexLock lock(runner_.mutex_);
      ++runner_.outside_walks_;
    }
    ~OutsideWalk() {
      const MutexLock lock(runner_.mutex_);
      --runner_.outside_walks_;
      runner_.quiet_.notify_one();
    }
    OutsideWalk(const OutsideWalk&) = delete;
    OutsideWalk& operator=(const OutsideWalk&) = delete;

   private:
    TaskRunner& runner_;
  };

  const Scheduler::Options options_;
  RunState state_;

 private:
  class Context;

  void fire_due_timers();
  bool is_wanted(const RunTimer& timer) const;
  void add_timer(const RunTimer& timer) EXCLUDES(mutex_);
  void fail_attempt(const FailureRecord& failure, bool may_retry, Tally& tally);

  Clock& clock_;
  TimeNs run_deadline_ns_ = never;  // constant during a run
  RunTimers timers_ GUARDED_BY(mutex_);
  int outside_walks_ GUARDED_BY(mutex_) = 0;  // callers who are about to bring tasks to their end
  std::atomic<bool> signalled_{false};
};

}  // namespace contend::scheduler
