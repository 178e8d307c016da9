#include "impls/scheduler/core/scheduler_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "impls/base/check.hpp"
#include "impls/scheduler/core/retry_rules.hpp"

namespace contend::scheduler {
namespace {

template <class Value>
void check_option(std::string_view field, Value value, Value least, Value most) {
  if (value < least || value > most) {
    throw std::invalid_argument(fmt::format("scheduler: {} is {}, allowed are {} to {}", field, value, least, most));
  }
}

Scheduler::Options checked(const Scheduler::Options& options) {
  constexpr std::size_t ids = std::size_t{1} << 31;
  check_option("workers", options.workers, 1, Scheduler::max_workers);
  check_option("run_timeout_ns", options.run_timeout_ns, DurationNs{1}, forever);
  check_option("max_tasks", options.max_tasks, std::size_t{1}, ids);
  check_option("max_dependencies", options.max_dependencies, std::size_t{0}, ids);
  return options;
}

}  // namespace

class SchedulerCore::Context final : public TaskContext {
 public:
  Context(const SchedulerCore& core, const TaskCell& cell, std::uint32_t attempt, std::uint32_t worker)
      : core_(core), cell_(cell), attempt_(attempt), worker_(worker) {}

  std::uint32_t attempt() const override { return attempt_; }
  bool stop_requested() const override {
    return core_.stop_asked_ || cell_.moment.load() != TaskMoment{TaskState::running, attempt_};
  }
  TimeNs now() const override { return core_.clock_.now(); }
  std::uint32_t worker() const override { return worker_; }

 private:
  const SchedulerCore& core_;
  const TaskCell& cell_;
  const std::uint32_t attempt_;
  const std::uint32_t worker_;
};

SchedulerCore::SchedulerCore(const Options& options)
    : options_(checked(options)),
      clock_(options.clock == nullptr ? static_cast<Clock&>(SteadyClock::instance()) : *options.clock),
      attempts_before_(static_cast<std::size_t>(options.workers)),
      tallies_(std::make_unique<Tally[]>(static_cast<std::size_t>(options.workers) + 2)) {}

SchedulerCore::~SchedulerCore() {
  CONTEND_CHECK(closing_, "a design's destructor has to close the core first");
}

void SchedulerCore::start_workers() {
  try {
    for (std::uint32_t worker = 0; worker < static_cast<std::uint32_t>(options_.workers); ++worker) {
      threads_.emplace_back([this, worker] { work(worker); });
    }
  } catch (...) {
    close();
    throw;
  }
}

void SchedulerCore::close() {
  shutdown(ShutdownMode::stop);
  {
    const MutexLock control(control_);
    while (running_) run_over_.wait(control_);
  }
  {
    const MutexLock lock(mutex_);
    closing_ = true;
    work_.notify_all();
  }
  wake_to_close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// --- the graph ---

AddStatus SchedulerCore::add(TaskSpec spec) {
  if (const AddStatus status = check_task(spec); status != AddStatus::added) return status;
  const MutexLock control(control_);
  if (shut_down_) return AddStatus::shut_down;
  if (running_) return AddStatus::running;
  if (graph_.find(spec.name)) return AddStatus::duplicate_task;
  if (graph_.size() >= options_.max_tasks) return AddStatus::too_many_tasks;
  if (spec.dependencies.size() > options_.max_dependencies - graph_.named_dependencies()) {
    return AddStatus::too_many_dependencies;
  }
  graph_.add(std::move(spec));
  graph_changed_ = true;
  return AddStatus::added;
}

std::vector<std::vector<std::string>> SchedulerCore::cyclic_groups() const {
  const MutexLock control(control_);
  std::vector<std::vector<std::string>> groups;
  for (const std::vector<TaskId>& ids : graph_.cyclic_groups()) {
    std::vector<std::string>& names = groups.emplace_back();
    for (const TaskId id : ids) names.push_back(graph_.spec(id).name);
  }
  return groups;
}

void SchedulerCore::rebuild_cells() {
  tasks_ = 0;
  cells_ = std::make_unique<TaskCell[]>(graph_.size());
  roots_.clear();
  for (TaskId id = 0; id < graph_.size(); ++id) {
    TaskCell& cell = cells_[id];
    const auto dependents = graph_.dependents_of(id);
    cell.dependencies = static_cast<std::uint32_t>(graph_.dependencies_of(id).size());
    cell.dependents = static_cast<std::uint32_t>(dependents.size());
    cell.first_dependent = dependents.data();
    cell.spec = &graph_.spec(id);
    cell.priority = cell.spec->priority;
    cell.has_timeout = cell.spec->timeout_ns != forever;
    if (cell.dependencies == 0) roots_.push_back(id);
  }
  prepare(graph_.size());
  tasks_ = graph_.size();
  graph_changed_ = false;
}

// --- a run ---

RunResult SchedulerCore::run() {
  {
    const MutexLock control(control_);
    if (shut_down_) return {RunStatus::shut_down};
    if (running_) return {RunStatus::already_running};
    if (graph_changed_) {
      if (const RunResult refused = graph_.resolve(); refused.status != RunStatus::completed) return refused;
      rebuild_cells();
    }
    reset_run();
    running_ = true;
  }
  publish(roots_);
  conduct();
  const MutexLock control(control_);
  running_ = false;
  run_over_.notify_all();
  switch (halted_) {
    case Halt::none:
      break;
    case Halt::stopped:
      return {RunStatus::stopped};
    case Halt::failed_fast:
      return {RunStatus::failed_fast};
    case Halt::timed_out:
      return {RunStatus::timed_out};
  }
  return {RunStatus::completed};
}

void SchedulerCore::reset_run() {
  for (std::size_t id = 0; id < tasks_; ++id) {
    TaskCell& cell = cells_[id];
    cell.waiting.store(cell.dependencies, std::memory_order_relaxed);  // as reset below
    cell.moment.reset({cell.dependencies == 0 ? TaskState::ready : TaskState::pending, 0});
  }
  for (std::size_t worker = 0; worker < attempts_before_.size(); ++worker) {
    attempts_before_[worker] += tallies_[worker].attempts();
  }
  for (std::size_t i = 0; i < attempts_before_.size() + 2; ++i) tallies_[i].clear();
  halted_ = Halt::none;
  stop_asked_ = false;
  run_deadline_ns_ = options_.run_timeout_ns == forever ? never : deadline_after(clock_.now(), options_.run_timeout_ns);
  {
    const MutexLock lock(failures_mutex_);
    failures_.clear();
  }
  const MutexLock lock(mutex_);
  timers_.clear();
}

void SchedulerCore::conduct() {
  const auto wanted = [this](const RunTimer& timer) { return is_wanted(timer); };
  while (true) {
    attend();
    fire_due_timers();
    const MutexLock lock(mutex_);
    if (signalled_.exchange(false)) continue;
    const bool idle = quiet() && outside_walks_ == 0;
    if (idle && left() == 0) return;
    const TimeNs first_ns = timers_.first_due(wanted);
    CONTEND_CHECK(!idle || first_ns != never, "a task was lost: nobody works, nothing is due, and tasks are left");
    clock_.wait_until(quiet_, mutex_, std::min(first_ns, run_deadline_ns_), idle);
  }
}

void SchedulerCore::fire_due_timers() {
  std::vector<RunTimer> due;
  {
    const auto wanted = [this](const RunTimer& timer) { return is_wanted(timer); };
    const MutexLock lock(mutex_);
    if (timers_.first_due(wanted) == never && run_deadline_ns_ == never) return;
    const TimeNs now_ns = clock_.now();
    while (timers_.first_due(wanted) <= now_ns) due.push_back(timers_.pop());
  }
  Tally& tally = tallies_[static_cast<std::size_t>(options_.workers)];
  std::vector<TaskId> ready;
  for (const RunTimer& timer : due) {
    if (timer.kind == RunTimer::Kind::timeout) {
      fail_attempt({timer.task, timer.attempt, true, nullptr}, true, tally);
    } else if (cells_[timer.task].moment.change({TaskState::retrying, timer.attempt},
                                                {TaskState::ready, timer.attempt})) {
      ready.push_back(timer.task);
    }
  }
  if (!ready.empty()) publish(ready);
  if (run_deadline_ns_ != never && clock_.now() >= run_deadline_ns_) halt(Halt::timed_out, true, tally);
}

bool SchedulerCore::is_wanted(const RunTimer& timer) const {
  const TaskState waiting = timer.kind == RunTimer::Kind::retry ? TaskState::retrying : TaskState::running;
  return cells_[timer.task].moment.load() == TaskMoment{waiting, timer.attempt};
}

void SchedulerCore::add_timer(const RunTimer& timer) {
  const MutexLock lock(mutex_);
  timers_.add(timer, tasks_, [this](const RunTimer& other) { return is_wanted(other); });
  quiet_.notify_one();
}

bool SchedulerCore::perform(TaskId id, std::uint32_t attempt, std::uint32_t worker) {
  TaskCell& cell = cells_[id];
  Tally& tally = tallies_[worker];
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

bool SchedulerCore::is_retryable(const TaskSpec& spec, const std::exception_ptr& exception) const {
  if (exception == nullptr || spec.retry.retryable == nullptr) return true;
  try {
    return spec.retry.retryable(exception);
  } catch (...) {
    return false;
  }
}

// By the worker after an attempt, or by the conductor when its time is over: one of them makes the change.
void SchedulerCore::fail_attempt(const FailureRecord& failure, bool may_retry, Tally& tally) {
  TaskCell& cell = cells_[failure.task];
  const RetryPolicy& retry = cell.spec->retry;
  const TaskMoment running{TaskState::running, failure.attempt};
  const TaskMoment retrying{TaskState::retrying, failure.attempt};
  const TaskMoment failed{failure.timed_out ? TaskState::timed_out : TaskState::failed, failure.attempt};
  const bool again = may_retry && failure.attempt < retry.max_attempts;
  if (!cell.moment.change(running, again ? retrying : failed)) {
    if (!failure.timed_out) tally.count_late();
    return;
  }
  record(failure);
  if (again) {
    // The run may be ended between the change above and here, and then nobody else looks at this task again: halt sets
    // its word before it looks at the tasks, and this looks at the word after the change (all seq_cst).
    if (halted_ == Halt::none) {
      const DurationNs delay_ns = retry_delay(retry, options_.seed, failure.task, failure.attempt);
      add_timer({deadline_after(clock_.now(), delay_ns), failure.task, failure.attempt, RunTimer::Kind::retry});
    }
    if (halted_ == Halt::none) return;
    if (!cell.moment.change(retrying, failed)) return;
  }
  tally.count_final(failed.state);
  finish_dependents(failure.task, TaskState::skipped, tally);
  if (options_.on_failure == FailurePolicy::fail_fast) halt(Halt::failed_fast, true, tally);
}

// All that depend on a task that will not succeed are pending or final. Who finds one pending brings it to its end, and
// goes on from there.
void SchedulerCore::finish_dependents(TaskId id, TaskState as, Tally& tally) {
  std::vector<TaskId> from{id};
  while (!from.empty()) {
    const TaskCell& cell = cells_[from.back()];
    from.pop_back();
    for (const TaskId dependent : cell.dependents_of()) {
      if (!cells_[dependent].moment.change({TaskState::pending, 0}, {as, 0})) continue;
      tally.count_final(as);
      from.push_back(dependent);
    }
  }
}

void SchedulerCore::halt(Halt why, bool ask_to_stop, Tally& tally) {
  Halt none = Halt::none;
  halted_.compare_exchange_strong(none, why);  // the first names the end; every caller sees to it that nothing starts
  for (std::size_t id = 0; id < tasks_; ++id) {
    AtomicMoment& moment = cells_[id].moment;
    while (true) {
      const TaskMoment seen = moment.load();
      TaskMoment end = seen;
      if (seen.state == TaskState::retrying || (seen.state == TaskState::ready && seen.attempts > 0)) {
        end.state = TaskState::failed;
      } else if (seen.state == TaskState::pending || seen.state == TaskState::ready) {
        end.state = TaskState::never_started;
      }
      if (end == seen) break;
      if (!moment.change(seen, end)) continue;
      tally.count_final(end.state);
      break;
    }
  }
  // Not earlier: what then returns must not find dependents that may still start.
  if (ask_to_stop) stop_asked_ = true;
}

void SchedulerCore::record(const FailureRecord& failure) {
  const MutexLock lock(failures_mutex_);
  failures_.push_back(failure);
}

// --- sleeping ---

void SchedulerCore::park() {
  const MutexLock lock(mutex_);
  ++parked_;
  if (quiet()) quiet_.notify_one();
  while (permits_ == 0 && !closing_) work_.wait(mutex_);
  if (permits_ > 0) --permits_;
}

void SchedulerCore::retract_sleep() {
  const MutexLock lock(mutex_);
  if (sleepers_ > 0) {
    --sleepers_;
  } else {  // somebody has handed out a permit for this worker, and counted it as awake
    --permits_;
    ++parked_;
  }
}

void SchedulerCore::wake_sleepers(std::size_t workers) {
  const MutexLock lock(mutex_);
  for (; workers > 0 && sleepers_ > 0; --workers) {
    --sleepers_;
    ++permits_;
    --parked_;
    work_.notify_one();
  }
}

void SchedulerCore::wake_conductor() {
  if (signalled_.exchange(true)) return;
  const MutexLock lock(mutex_);
  quiet_.notify_one();
}

}  // namespace contend::scheduler
