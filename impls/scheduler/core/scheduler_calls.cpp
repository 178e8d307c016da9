// The calls that other threads, and tasks, make while a run goes on.

#include <algorithm>

#include "impls/scheduler/core/scheduler_core.hpp"

namespace contend::scheduler {

// While a caller who is no worker brings tasks to their end, all workers may sleep and yet no task be lost.
class SchedulerCore::OutsideWalk {
 public:
  explicit OutsideWalk(SchedulerCore& core) : core_(core) {
    const MutexLock lock(core_.mutex_);
    ++core_.outside_walks_;
  }
  ~OutsideWalk() {
    const MutexLock lock(core_.mutex_);
    --core_.outside_walks_;
    core_.quiet_.notify_one();
  }
  OutsideWalk(const OutsideWalk&) = delete;
  OutsideWalk& operator=(const OutsideWalk&) = delete;

 private:
  SchedulerCore& core_;
};

CancelStatus SchedulerCore::cancel(std::string_view name) {
  const MutexLock control(control_);
  const auto id = graph_.find(name);
  if (!id) return CancelStatus::unknown_task;
  if (!running_) return CancelStatus::not_running;
  const OutsideWalk walk(*this);
  Tally& tally = tallies_[static_cast<std::size_t>(options_.workers) + 1];
  AtomicMoment& moment = cells_[*id].moment;
  while (true) {
    const TaskMoment seen = moment.load();
    if (is_final(seen.state)) return CancelStatus::already_final;
    if (moment.change(seen, {TaskState::cancelled, seen.attempts})) break;
  }
  tally.count_final(TaskState::cancelled);
  finish_dependents(*id, TaskState::cancelled, tally);
  return CancelStatus::cancelled;
}

void SchedulerCore::shutdown(ShutdownMode mode) {
  const MutexLock control(control_);
  shut_down_ = std::max(shut_down_.value_or(mode), mode);
  if (!running_ || mode == ShutdownMode::drain) return;
  const OutsideWalk walk(*this);
  halt(Halt::stopped, mode == ShutdownMode::abort, tallies_[static_cast<std::size_t>(options_.workers) + 1]);
}

std::uint64_t SchedulerCore::finals(TaskState state) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(options_.workers) + 2; ++i) sum += tallies_[i].finals(state);
  return sum;
}

std::uint64_t SchedulerCore::left() const {
  std::uint64_t finished = 0;
  for (std::size_t state = 0; state < task_states; ++state) finished += finals(static_cast<TaskState>(state));
  return tasks_ - finished;
}

Report SchedulerCore::report() const {
  const MutexLock control(control_);
  Report report;
  report.tasks = graph_.size();
  report.succeeded = finals(TaskState::succeeded);
  report.failed = finals(TaskState::failed);
  report.timed_out = finals(TaskState::timed_out);
  report.skipped = finals(TaskState::skipped);
  report.cancelled = finals(TaskState::cancelled);
  report.never_started = finals(TaskState::never_started);
  report.left = report.tasks - report.succeeded - report.failed - report.timed_out - report.skipped - report.cancelled -
                report.never_started;
  report.attempts_of_workers = attempts_before_;
  for (std::size_t worker = 0; worker < attempts_before_.size(); ++worker) {
    report.attempts += tallies_[worker].attempts();
    report.attempts_of_workers[worker] += tallies_[worker].attempts();
    report.late_results += tallies_[worker].late();
  }
  const MutexLock lock(failures_mutex_);
  for (const FailureRecord& failure : failures_) {
    report.failures.push_back({graph_.spec(failure.task).name, failure.attempt, failure.timed_out, failure.exception});
  }
  return report;
}

std::optional<TaskReport> SchedulerCore::task(std::string_view name) const {
  const MutexLock control(control_);
  const auto id = graph_.find(name);
  if (!id) return std::nullopt;
  if (*id >= tasks_) return TaskReport{};
  const TaskMoment moment = cells_[*id].moment.load();
  return TaskReport{moment.state, moment.attempts};
}

}  // namespace contend::scheduler
