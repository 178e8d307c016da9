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
    const TimeNs deadline_ns = deadline_after(clock_.now(), cell.spec->timeout_ns);
    if (deadline_ns != never) add_timer({deadline_ns, id, attempt, RunTimer::Kind::timeout});
  }
  Context context(*this, cell, attempt, worker);
  Outcome outcome = Outcome::failure;
  std::exception_ptr exception;
  try {
    outcome = cell.spec->work(context);
  } catch (...) {
    exception = std::current_exception();
  }
  keep_time(tally);  // so that no result counts that comes too late, nor does any later task overtake what is due
  if (outcome == Outcome::success) {
    if (cell.moment.change({TaskState::running, attempt}, {TaskState::succeeded, attempt})) {
      tally.count_final(TaskState::succeeded);
      return true;
    }
    tally.count_late();
    return false;
  }
  const bool may_retry = outcome == Outcome::failure && is_retryable(*cell.spec, exception);
  fail_attempt({id, attempt, false, std::move(exception)}, may_retry, clock_.now(), tally);
  keep_time(tally);
  return false;
}

// By the worker after an attempt, or by whoever finds its time over: one of them makes the change.
void TaskRunner::fail_attempt(const FailureRecord& failure, bool may_retry, TimeNs failed_ns, Tally& tally) {
  TaskCell& cell = state_.cell(failure.task);
  const RetryPolicy& retry = cell.spec->retry;
  const TaskMoment running{TaskState::running, failure.attempt};
  const TaskMoment retrying{TaskState::retrying, failure.attempt, failure.timed_out};
  const bool again = may_retry && failure.attempt < retry.max_attempts;
  if (!cell.moment.change(running, again ? retrying : retrying.given_up())) {
    if (!failure.timed_out) tally.count_late();
    return;
  }
  state_.record(failure);
  if (again) {
    // The run may be ended between the change above and here, and then nobody else looks at this task again: halt sets
    // its word before it looks at the tasks, and this looks at the word after the change (all seq_cst).
    if (state_.halted() == Halt::none) {
      const DurationNs delay_ns = retry_delay(retry, options_.seed, failure.task, failure.attempt);
      add_timer({deadline_after(failed_ns, delay_ns), failure.task, failure.attempt, RunTimer::Kind::retry});
    }
    if (state_.halted() == Halt::none) return;
    if (!cell.moment.change(retrying, retrying.given_up())) return;
  }
  tally.count_final(retrying.given_up().state);
  state_.finish_dependents(failure.task, TaskState::skipped, tally);
  if (options_.on_failure == FailurePolicy::fail_fast) state_.halt(Halt::failed_fast, true, tally);
}

// --- the conductor ---

void TaskRunner::make_room(const RunTasks& tasks) {
  {
    const MutexLock firing(firing_);
    ready_again_.reserve(tasks.timed);
  }
  const MutexLock lock(mutex_);
  timers_.reserve(tasks.timed);
}

void TaskRunner::start_over(TimeNs now_ns, std::vector<FailureRecord>& room) noexcept {
  run_deadline_ns_ = deadline_after(now_ns, options_.run_timeout_ns);
  const MutexLock firing(firing_);
  deadline_is_past_ = false;
  const MutexLock lock(mutex_);
  timers_.clear();
  next_due_ns_ = run_deadline_ns_;
  broken_ = nullptr;
  state_.reset(room);
}

void TaskRunner::conduct() noexcept {
  bool published = false;
  while (true) {
    try {
      if (!std::exchange(published, true) && !state_.roots().empty()) publish(state_.roots());
      attend();
      keep_time(state_.tally_of_conductor());
      if (is_over_or_wait()) break;
    } catch (...) {
      give_up(state_.tally_of_conductor());
    }
  }
  settle();
}

// Who has been woken too often just comes again.
bool TaskRunner::is_over_or_wait() {
  const auto wanted = [this](const RunTimer& timer) { return is_wanted(timer); };
  const MutexLock lock(mutex_);
  if (signalled_.exchange(false)) return false;
  const bool idle = quiet() && outside_walks_ == 0;
  if (idle && state_.left() == 0) return true;
  const RunTimer* const first = timers_.first(wanted);
  CONTEND_CHECK(!idle || first != nullptr, "a task was lost: nobody works, no timer waits, and tasks are left");
  if (broken_ != nullptr) {  // perhaps by the clock; what is left needs no time
    quiet_.wait(mutex_);
    return false;
  }
  const TimeNs deadline_ns = deadline_is_past_ ? never : run_deadline_ns_;
  clock_.wait_until(quiet_, mutex_, std::min(first == nullptr ? never : first->due_ns, deadline_ns), idle);
  return false;
}

void TaskRunner::wake_conductor() {
  if (signalled_.exchange(true)) return;
  const MutexLock lock(mutex_);
  quiet_.notify_one();
}

void TaskRunner::give_up(Tally& tally) noexcept {
  {
    const MutexLock lock(mutex_);
    if (broken_ != nullptr) return;
    broken_ = std::current_exception();
  }
  state_.halt(Halt::broken, true, tally);
  wake_conductor();
}

// Does whatever is due by now.
void TaskRunner::keep_time(Tally& tally) {
  if (next_due_ns_ == never) return;
  try {
    if (clock_.now() < next_due_ns_) return;
    const MutexLock firing(firing_);
    fire_due_timers(tally);
    note_next_due();
  } catch (...) {
    give_up(tally);
  }
}

// In the order of their times, the run's deadline among them: after it nothing that was due earlier has been missed.
void TaskRunner::fire_due_timers(Tally& tally) {
  ready_again_.clear();
  const TimeNs now_ns = clock_.now();
  while (true) {
    const bool past = !deadline_is_past_ && run_deadline_ns_ != never && run_deadline_ns_ <= now_ns;
    const std::optional<RunTimer> timer = pop_due_timer(past ? run_deadline_ns_ : now_ns);
    if (!timer && !past) break;
    if (!timer) {
      deadline_is_past_ = true;
      state_.halt(Halt::timed_out, true, tally);
    } else if (timer->kind == RunTimer::Kind::timeout) {
      fail_attempt({timer->task, timer->attempt, true, nullptr}, true, timer->due_ns, tally);
    } else if (const TaskMoment seen = cell(timer->task).moment.load(); seen.state == TaskState::retrying) {
      const TaskMoment ready{TaskState::ready, seen.attempts, seen.timed_out};
      if (cell(timer->task).moment.change(seen, ready)) ready_again_.push_back(timer->task);
    }
  }
  if (!ready_again_.empty()) publish(ready_again_);
}

std::optional<RunTimer> TaskRunner::pop_due_timer(TimeNs now_ns) {
  const MutexLock lock(mutex_);
  const RunTimer* const first = timers_.first([this](const RunTimer& timer) { return is_wanted(timer); });
  if (first == nullptr || first->due_ns > now_ns) return std::nullopt;
  return timers_.pop();
}

// After all that was due is done, so that whoever sees a later time finds it done.
void TaskRunner::note_next_due() {
  const MutexLock lock(mutex_);
  const RunTimer* const first = timers_.first([this](const RunTimer& timer) { return is_wanted(timer); });
  next_due_ns_ = std::min(first == nullptr ? never : first->due_ns, deadline_is_past_ ? never : run_deadline_ns_);
}

bool TaskRunner::is_wanted(const RunTimer& timer) const {
  const TaskState waiting = timer.kind == RunTimer::Kind::retry ? TaskState::retrying : TaskState::running;
  const TaskMoment moment = state_.cell(timer.task).moment.load();
  return moment.state == waiting && moment.attempts == timer.attempt;
}

void TaskRunner::add_timer(const RunTimer& timer) {
  const MutexLock lock(mutex_);
  timers_.add(timer, [this](const RunTimer& other) { return is_wanted(other); });
  if (timer.due_ns < next_due_ns_) next_due_ns_ = timer.due_ns;
  quiet_.notify_one();
}

}  // namespace contend::scheduler
