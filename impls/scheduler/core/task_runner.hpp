#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <vector>

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

  // Takes tasks that are ready in. Called by the conductor, and by a worker inside a task whose time has passed a timer.
  // If it throws, it has taken none.
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
  // Ends the run by the exception that is handled now, in a worker: nothing more starts, what runs is asked to stop, and
  // run throws it when all have left.
  void give_up(std::uint32_t worker) noexcept { give_up(state_.tally_of_worker(worker)); }

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

  // As release_dependents, but takes one dependent in hand at once: gives it, with its first attempt claimed, or no_task.
  template <class OnReady>
  TaskId release_but_one(TaskId id, OnReady&& on_ready) {
    TaskId in_hand = no_task;
    for (const TaskId dependent : cell(id).dependents_of()) {
      if (!counts_down(cell(dependent))) continue;
      if (in_hand == no_task && start_at_once(dependent)) {
        in_hand = dependent;
      } else if (make_ready(dependent)) {
        on_ready(dependent);
      }
    }
    return in_hand;
  }

  TaskCell& cell(TaskId id) { return state_.cell(id); }

  // --- the conductor ---

  TimeNs now() const { return clock_.now(); }
  // Makes room for the timers of a run of these tasks. No run goes on.
  void make_room(const RunTasks& tasks);
  // Before each run, when nobody is in one: all tasks start anew. Failures are exchanged as in RunState::reset.
  void start_over(TimeNs now_ns, std::vector<FailureRecord>& room) noexcept;
  // Publishes what depends on nothing. Returns when every task has come to an end and no work is running. Never throws:
  // what was thrown meanwhile, and not by a task, is what broken() gives.
  void conduct() noexcept;
  std::exception_ptr broken() const {
    const MutexLock lock(mutex_);
    return broken_;
  }
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

  void keep_time(Tally& tally) EXCLUDES(firing_);
  void fire_due_timers(Tally& tally) REQUIRES(firing_);
  std::optional<RunTimer> pop_due_timer(TimeNs now_ns) REQUIRES(firing_);
  void note_next_due() REQUIRES(firing_);
  bool is_wanted(const RunTimer& timer) const;
  void add_timer(const RunTimer& timer) EXCLUDES(mutex_);
  void fail_attempt(const FailureRecord& failure, bool may_retry, TimeNs failed_ns, Tally& tally);
  bool is_over_or_wait() EXCLUDES(mutex_);
  void give_up(Tally& tally) noexcept;

  Clock& clock_;
  TimeNs run_deadline_ns_ = never;  // constant during a run

  // Before mutex_. Held from taking a timer out until all that follows from it is done, so that a worker that finds a
  // time past goes on only when what was due at that time is ready.
  Mutex firing_{{"scheduler timers", 0}};
  std::vector<TaskId> ready_again_ GUARDED_BY(firing_);  // kept for its room
  std::atomic<bool> deadline_is_past_{false};            // written under firing_

  RunTimers timers_ GUARDED_BY(mutex_);
  std::atomic<TimeNs> next_due_ns_{never};    // no timer, nor the run's deadline, is earlier; written under mutex_
  int outside_walks_ GUARDED_BY(mutex_) = 0;  // callers who are about to bring tasks to their end
  std::exception_ptr broken_ GUARDED_BY(mutex_);
  std::atomic<bool> signalled_{false};
};

}  // namespace contend::scheduler
