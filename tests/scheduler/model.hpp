#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// The scheduler as its header tells it, for one worker and a clock that only the work moves. Knows nothing of the designs:
// it is shown what ran and when, says whether that may have run, and works out how everything must end.
class SchedulerModel {
 public:
  struct Task {
    std::vector<std::size_t> dependencies;
    std::int32_t priority = 0;
    std::uint32_t max_attempts = 1;
    DurationNs base_ns = 0;
    DurationNs factor = 1;
    DurationNs cap_ns = 0;
    DurationNs timeout_ns = forever;
  };
  // What an attempt did, in this order.
  struct Attempt {
    std::size_t task = 0;
    std::uint32_t number = 0;
    TimeNs begin_ns = 0;
    std::optional<std::size_t> cancels;
    std::optional<ShutdownMode> shuts_down;
    TimeNs end_ns = 0;
    Outcome outcome = Outcome::success;
  };
  struct Failure {
    std::size_t task = 0;
    std::uint32_t attempt = 0;
    bool timed_out = false;
    bool operator==(const Failure&) const = default;
  };

  SchedulerModel(std::vector<Task> tasks, FailurePolicy policy, bool strict, TimeNs begin_ns, DurationNs run_timeout_ns)
      : tasks_(std::move(tasks)),
        policy_(policy),
        strict_(strict),
        now_ns_(begin_ns),
        deadline_ns_(run_timeout_ns == forever ? never : begin_ns + run_timeout_ns),
        runs_(tasks_.size()) {
    for (std::size_t id = 0; id < tasks_.size(); ++id) release(id);
  }

  // Empty, or what is wrong with an attempt that ran next. `cancelled` gives what its cancel must have answered.
  std::string step(const Attempt& seen, CancelStatus& cancelled) {
    if (const std::string wrong = why_not(seen); !wrong.empty()) return wrong;
    now_ns_ = seen.begin_ns;
    Run& run = runs_[seen.task];
    run.state = TaskState::running;
    ++run.attempts;
    ++attempts_;
    if (seen.cancels) cancelled = cancel(*seen.cancels);
    if (seen.shuts_down && *seen.shuts_down != ShutdownMode::drain) halt(RunStatus::stopped);
    now_ns_ = seen.end_ns;
    const TimeNs timeout_ns =
        tasks_[seen.task].timeout_ns == forever ? never : seen.begin_ns + tasks_[seen.task].timeout_ns;
    const bool is_late = timeout_ns <= now_ns_;
    if (is_late && timeout_ns <= deadline_ns_) fail(seen.task, true, true, timeout_ns);
    if (deadline_ns_ <= now_ns_) halt_by_time();
    if (is_late && run.state == TaskState::running) fail(seen.task, true, true, timeout_ns);
    if (run.state != TaskState::running) {
      ++late_;
    } else if (seen.outcome == Outcome::success) {
      finish(seen.task, TaskState::succeeded);
      for (std::size_t id = 0; id < tasks_.size(); ++id) release(id);
    } else {
      fail(seen.task, false, seen.outcome == Outcome::failure, now_ns_);
    }
    return "";
  }

  // After the last attempt: empty, or what should still have happened.
  std::string end() {
    for (const Run& run : runs_) {
      if (run.state == TaskState::ready) return "a task that was ready did not run";
      if (run.state == TaskState::retrying && run.latest_ns < deadline_ns_) return "a retry did not come";
    }
    if (std::ranges::any_of(runs_, [](const Run& run) { return run.state == TaskState::retrying; })) halt_by_time();
    return std::ranges::all_of(runs_, [](const Run& run) { return is_final(run.state); }) ? "" : "a task has no end";
  }

  TaskReport task(std::size_t id) const { return {runs_[id].state, runs_[id].attempts}; }
  RunStatus status() const { return status_; }
  std::uint64_t attempts() const { return attempts_; }
  std::uint64_t late() const { return late_; }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  struct Run {
    TaskState state = TaskState::pending;
    std::uint32_t attempts = 0;
    bool last_timed_out = false;
    // Of a retry: its jitter is not known, only between which times it comes.
    TimeNs earliest_ns = 0;
    TimeNs latest_ns = 0;
  };

  bool may_run(const Run& run, TimeNs at_ns) const {
    return run.state == TaskState::ready || (run.state == TaskState::retrying && run.earliest_ns <= at_ns);
  }
  bool must_be_ready(const Run& run, TimeNs at_ns) const {
    return run.state == TaskState::ready || (run.state == TaskState::retrying && run.latest_ns <= at_ns);
  }

  std::string why_not(const Attempt& seen) const {
    const Run& run = runs_[seen.task];
    if (is_halted_) return "it began after the run had been ended";
    if (!may_run(run, seen.begin_ns)) return "it was not ready";
    if (seen.number != run.attempts + 1) return "it has a wrong number";
    if (seen.begin_ns >= deadline_ns_) return "the run's time was over";
    for (std::size_t id = 0; id < tasks_.size(); ++id) {
      if (seen.begin_ns > now_ns_ && must_be_ready(runs_[id], seen.begin_ns - 1)) return "time passed beside work";
      if (id == seen.task || !strict_ || !must_be_ready(runs_[id], seen.begin_ns)) continue;
      const auto rank = [&](std::size_t task) { return std::pair(-std::int64_t{tasks_[task].priority}, task); };
      if (rank(id) < rank(seen.task)) return "another one was first in order";
    }
    return "";
  }

  // A task becomes ready with the last success that it waits for.
  void release(std::size_t id) {
    if (runs_[id].state != TaskState::pending || is_halted_) return;
    const auto has_succeeded = [&](std::size_t on) { return runs_[on].state == TaskState::succeeded; };
    if (std::ranges::all_of(tasks_[id].dependencies, has_succeeded)) runs_[id].state = TaskState::ready;
  }
  void finish(std::size_t id, TaskState state) { runs_[id].state = state; }
  void finish_dependents(std::size_t id, TaskState state) {
    for (std::size_t other = 0; other < tasks_.size(); ++other) {
      if (runs_[other].state != TaskState::pending || std::ranges::count(tasks_[other].dependencies, id) == 0) continue;
      finish(other, state);
      finish_dependents(other, state);
    }
  }

  CancelStatus cancel(std::size_t id) {
    if (is_final(runs_[id].state)) return CancelStatus::already_final;
    finish(id, TaskState::cancelled);
    finish_dependents(id, TaskState::cancelled);
    return CancelStatus::cancelled;
  }

  void halt_by_time() {
    if (std::ranges::all_of(runs_, [](const Run& run) { return is_final(run.state); })) return;
    halt(RunStatus::timed_out);
  }
  void halt(RunStatus why) {
    if (!is_halted_) status_ = why;
    is_halted_ = true;
    for (Run& run : runs_) {
      if (is_final(run.state) || run.state == TaskState::running) continue;
      run.state = run.attempts == 0    ? TaskState::never_started
                  : run.last_timed_out ? TaskState::timed_out
                                       : TaskState::failed;
    }
  }

  void fail(std::size_t id, bool timed_out, bool may_retry, TimeNs at_ns) {
    Run& run = runs_[id];
    if (run.state != TaskState::running) return;
    failures_.push_back({id, run.attempts, timed_out});
    run.last_timed_out = timed_out;
    if (may_retry && run.attempts < tasks_[id].max_attempts && !is_halted_) {
      run.state = TaskState::retrying;
      run.earliest_ns = at_ns;
      run.latest_ns = at_ns + longest_wait(id);
      return;
    }
    finish(id, timed_out ? TaskState::timed_out : TaskState::failed);
    finish_dependents(id, TaskState::skipped);
    if (policy_ == FailurePolicy::fail_fast) halt(RunStatus::failed_fast);
  }
  DurationNs longest_wait(std::size_t id) const {
    DurationNs wait_ns = tasks_[id].base_ns;
    for (std::uint32_t k = 1; k < runs_[id].attempts && wait_ns < tasks_[id].cap_ns; ++k) wait_ns *= tasks_[id].factor;
    return std::min(wait_ns, tasks_[id].cap_ns);
  }

  const std::vector<Task> tasks_;
  const FailurePolicy policy_;
  const bool strict_;
  TimeNs now_ns_;
  const TimeNs deadline_ns_;
  std::vector<Run> runs_;
  bool is_halted_ = false;
  RunStatus status_ = RunStatus::completed;
  std::uint64_t attempts_ = 0;
  std::uint64_t late_ = 0;
  std::vector<Failure> failures_;
};

}  // namespace contend::scheduler
