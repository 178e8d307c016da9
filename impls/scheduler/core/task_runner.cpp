#include "impls/scheduler/core/task_runner.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

#include "impls/base/check.hpp"
#include "impls/scheduler/core/retry_rules.hpp"

namespace contend::scheduler {

TaskRunner::TaskRunner(const Scheduler::Options& options)
    : WorkerSleep(options.workers),
      options_(options),
      state_(options.workers),
      clock_(options.clock == nullptr ? static_cast<Clock&>(SteadyClock::instance()) : *options.clock) {}

// --- attempts ---

class TaskRunner::Context final : public TaskContext {
 public:
  Context(const TaskRunner& runner, const TaskCell& cell, std::uint32_t attempt, std::uint32_t worker)
      : runner_(runner), cell_(cell), attempt_(attempt), worker_(worker) {}

  std::uint32_t attempt() const override { return attempt_; }
  bool stop_requested() const override {
    return runner_.state_.stop_asked() || cell_.moment.load() != TaskMoment{TaskState::running, attempt_};
  }
  TimeNs now() const override { return runner_.clock_.now(); }
  std::uint32_t worker() const override { return worker_; }

 private:
  const TaskRunner& runner_;
  const TaskCell& cell_;
  const std::uint32_t attempt_;
  const std::uint32_t worker_;
};

namespace {

bool is_retryable(const TaskSpec& spec, const std::exception_ptr& exception) {
  if (exception == nullptr || spec.retry.retryable == nullptr) return true;
  try {
    return spec.retry.retryable(exception);
  } catch (...) {
    return false;
  }
}

}  // namespace

bool TaskRunner::perform(TaskId id, std::uint32_t attempt, std::uint32_t worker) {
  TaskCell& cell = state_.cell(id);
  Tally& tally = state_.tally_of_worker(worker);
  tally.count_attempt();
  if (cell.has_timeout) {
    add_timer({deadline_after(clock_.now(), cell.spec->timeout_ns), id, attempt, RunTimer::Kind::timeout});
  }
  Context context(*this, cell, attempt, worker);
  Outcome outcome = Outcome::failure;
  std::exception_ptr exception;
  try {
    outcome = cell.spec->work(context);
  } catch (...) {
    exception = std::current_exception();
  }
  if (outcome == Outcome::success) {
    if (cell.moment.change({TaskState::running, attempt}, {TaskState::succeeded, attempt})) {
      tally.count_final(TaskState::succeeded);
      return true;
    }
    tally.count_late();
    return false;
  }
  const bool may_retry = outcome == Outcome::failure && is_retryable(*cell.spec, exception);
  fail_attempt({id, attempt, false, std::move(exception)}, may_retry, tally);
  return false;
}

// By the worker after an attempt, or by the conductor when its time is over: one of them makes the change.
void TaskRunner::fail_attempt(const FailureRecord& failure, bool may_retry, Tally& tally) {
  TaskCell& cell = state_.cell(failure.task);
  const RetryPolicy& retry = cell.spec->retry;
  const TaskMoment running{TaskState::running, failure.attempt};
  const TaskMoment retrying{TaskState::retrying, failure.attempt};
  const TaskMoment failed{failure.timed_out ? TaskState::timed_out : TaskState::failed, failure.attempt};
  const bool again = may_retry && failure.attempt < retry.max_attempts;
  if (!cell.moment.change(running, again ? retrying : failed)) {
    if (!failure.timed_out) tally.count_late();
    return;
  }
  state_.record(failure);
  if (again) {
    // The run may be ended between the change above and here, and then nobody else looks at this task again: halt sets
    // its word before it looks at the tasks, and this looks at the word after the change (all seq_cst).
    if (state_.halted() == Halt::none) {
      const DurationNs delay_ns = retry_delay(retry, options_.seed, failure.task, failure.attempt);
      add_timer({deadline_after(clock_.now(), delay_ns), failure.task, failure.attempt, RunTimer::Kind::retry});
    }
    if (state_.halted() == Halt::none) return;
    if (!cell.moment.change(retrying, failed)) return;
  }
  tally.count_final(failed.state);
  state_.finish_dependents(failure.task, TaskState::skipped, tally);
  if (options_.on_failure == FailurePolicy::fail_fast) state_.halt(Halt::failed_fast, true, tally);
}

// --- the conductor ---

void TaskRunner::start_over() {
  state_.reset();
  run_deadline_ns_ = options_.run_timeout_ns == forever ? never : deadline_after(clock_.now(), options_.run_timeout_ns);
  const MutexLock lock(mutex_);
  timers_.clear();
}

void TaskRunner::conduct() {
  const auto wanted = [this](const RunTimer& timer) { return is_wanted(timer); };
  while (true) {
    attend();
    fire_due_timers();
    const MutexLock lock(mutex_);
    if (signalled_.exchange(false)) continue;
    const bool idle = quiet() && outside_walks_ == 0;
    if (idle && state_.left() == 0) break;
    const TimeNs first_ns = timers_.first_due(wanted);
    CONTEND_CHECK(!idle || first_ns != never, "a task was lost: nobody works, nothing is due, and tasks are left");
    clock_.wait_until(quiet_, mutex_, std::min(first_ns, run_deadline_ns_), idle);
  }
  settle();
}

void TaskRunner::wake_conductor() {
  if (signalled_.exchange(true)) return;
  const MutexLock lock(mutex_);
  quiet_.notify_one();
}

void TaskRunner::fire_due_timers() {
  std::vector<RunTimer> due;
  {
    const auto wanted = [this](const RunTimer& timer) { return is_wanted(timer); };
    const MutexLock lock(mutex_);
    if (timers_.first_due(wanted) == never && run_deadline_ns_ == never) return;
    const TimeNs now_ns = clock_.now();
    while (timers_.first_due(wanted) <= now_ns) due.push_back(timers_.pop());
  }
  Tally& tally = state_.tally_of_conductor();
  std::vector<TaskId> ready;
  for (const RunTimer& timer : due) {
    if (timer.kind == RunTimer::Kind::timeout) {
      fail_attempt({timer.task, timer.attempt, true, nullptr}, true, tally);
    } else if (cell(timer.task)
                   .moment.change({TaskState::retrying, timer.attempt}, {TaskState::ready, timer.attempt})) {
      ready.push_back(timer.task);
    }
  }
  if (!ready.empty()) publish(ready);
  if (run_deadline_ns_ != never && clock_.now() >= run_deadline_ns_) state_.halt(Halt::timed_out, true, tally);
}

bool TaskRunner::is_wanted(const RunTimer& timer) const {
  const TaskState waiting = timer.kind == RunTimer::Kind::retry ? TaskState::retrying : TaskState::running;
  return state_.cell(timer.task).moment.load() == TaskMoment{waiting, timer.attempt};
}

void TaskRunner::add_timer(const RunTimer& timer) {
  const MutexLock lock(mutex_);
  timers_.add(timer, state_.tasks(), [this](const RunTimer& other) { return is_wanted(other); });
  quiet_.notify_one();
}

}  // namespace contend::scheduler
