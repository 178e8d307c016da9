#include "impls/scheduler/core/scheduler_core.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "impls/base/check.hpp"

namespace contend::scheduler {
namespace {

template <class Value>
void check_option(std::string_view field, Value value, Value least, Value most) {
  if (value < least || value > most) {
    throw std::invalid_argument(fmt::format("scheduler: {} is {}, allowed are {} to {}", field, value, least, most));
  }
}

const Scheduler::Options& checked(const Scheduler::Options& options) {
  constexpr std::size_t ids = std::size_t{1} << 31;
  check_option("workers", options.workers, 1, Scheduler::max_workers);
  check_option("run_timeout_ns", options.run_timeout_ns, DurationNs{1}, forever);
  check_option("max_tasks", options.max_tasks, std::size_t{1}, ids);
  check_option("max_dependencies", options.max_dependencies, std::size_t{0}, ids);
  return options;
}

RunStatus status_of(Halt halt) {
  switch (halt) {
    case Halt::none:
      break;
    case Halt::stopped:
      return RunStatus::stopped;
    case Halt::failed_fast:
      return RunStatus::failed_fast;
    case Halt::timed_out:
      return RunStatus::timed_out;
  }
  return RunStatus::completed;
}

}  // namespace

// --- threads ---

SchedulerCore::SchedulerCore(const Options& options)
    : TaskRunner(checked(options)), attempts_before_(static_cast<std::size_t>(options.workers)) {}

SchedulerCore::~SchedulerCore() {
  CONTEND_CHECK(closing(), "a design's destructor has to close the core first");
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
  wake_all_for_good();
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

// --- a run, and calls while it goes on ---

RunResult SchedulerCore::run() {
  {
    const MutexLock control(control_);
    if (shut_down_) return {RunStatus::shut_down};
    if (running_) return {RunStatus::already_running};
    if (graph_changed_) {
      if (const RunResult refused = graph_.resolve(); refused.status != RunStatus::completed) return refused;
      state_.build(graph_);
      prepare(graph_.size());
      graph_changed_ = false;
    }
    for (std::uint32_t worker = 0; worker < attempts_before_.size(); ++worker) {
      attempts_before_[worker] += state_.tally_of_worker(worker).attempts();
    }
    start_over();
    running_ = true;
  }
  publish(state_.roots());
  conduct();
  const MutexLock control(control_);
  running_ = false;
  run_over_.notify_all();
  return {status_of(state_.halted())};
}

CancelStatus SchedulerCore::cancel(std::string_view name) {
  const MutexLock control(control_);
  const auto id = graph_.find(name);
  if (!id) return CancelStatus::unknown_task;
  if (!running_) return CancelStatus::not_running;
  const OutsideWalk walk(*this);
  return state_.cancel(*id) ? CancelStatus::cancelled : CancelStatus::already_final;
}

void SchedulerCore::shutdown(ShutdownMode mode) {
  const MutexLock control(control_);
  shut_down_ = std::max(shut_down_.value_or(mode), mode);
  if (!running_ || mode == ShutdownMode::drain) return;
  const OutsideWalk walk(*this);
  state_.halt(Halt::stopped, mode == ShutdownMode::abort, state_.tally_of_callers());
}

Report SchedulerCore::report() const {
  const MutexLock control(control_);
  Report report = state_.counts();
  report.tasks = graph_.size();
  report.left = report.tasks - report.succeeded - report.failed - report.timed_out - report.skipped - report.cancelled -
                report.never_started;
  for (std::size_t worker = 0; worker < attempts_before_.size(); ++worker) {
    report.attempts_of_workers[worker] += attempts_before_[worker];
  }
  for (const FailureRecord& failure : state_.failures()) {
    report.failures.push_back({graph_.spec(failure.task).name, failure.attempt, failure.timed_out, failure.exception});
  }
  return report;
}

std::optional<TaskReport> SchedulerCore::task(std::string_view name) const {
  const MutexLock control(control_);
  const auto id = graph_.find(name);
  if (!id) return std::nullopt;
  if (*id >= state_.tasks()) return TaskReport{};
  const TaskMoment moment = state_.cell(*id).moment.load();
  return TaskReport{moment.state, moment.attempts};
}

}  // namespace contend::scheduler
