#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/base/enum_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

#include "impls/base/check.hpp"
#include "impls/scheduler/graph/cycles.hpp"

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
  require_enumerator("scheduler: on_failure", options.on_failure);
  check_option("run_timeout_ns", options.run_timeout_ns, DurationNs{1}, forever);
  check_option("max_tasks", options.max_tasks, std::size_t{1}, ids);
  check_option("max_dependencies", options.max_dependencies, std::size_t{0}, ids);
  check_option("max_failures", options.max_failures, std::size_t{0}, ids);
  return options;
}

RunStatus status_of(Halt halt) {
  switch (halt) {
    case Halt::none:
    case Halt::broken:  // is told by an exception
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

std::vector<std::vector<TaskId>> cyclic_groups_of(const TaskEdges& edges) {
  return cyclic_components(static_cast<std::uint32_t>(edges.tasks()), [&](TaskId id) { return edges.of(id); });
}

}  // namespace

// --- threads ---

SchedulerCore::SchedulerCore(const Options& options)
    : TaskRunner(checked(options)), attempts_before_(static_cast<std::size_t>(options.workers)) {}

SchedulerCore::~SchedulerCore() {
  CONTEND_CHECK(threads_.empty(), "a design's destructor has to close the core first");
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
    while (running_ || refusing_ > 0) run_over_.wait(control_);
  }
  wake_all_for_good();
  wake_to_close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// --- the graph ---

AddStatus SchedulerCore::add(TaskSpec spec) {
  if (const AddStatus status = check_task(spec); status != AddStatus::added) return status;
  drop_repeated(spec.dependencies);
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
  for (const auto& ids : cyclic_groups_of(graph_.link().dependencies)) {
    std::vector<std::string>& names = groups.emplace_back();
    for (const TaskId id : ids) names.push_back(graph_.spec(id).name);
  }
  return groups;
}

// --- a run, and calls while it goes on ---

RunResult SchedulerCore::run() {
  TaskEdges circular;
  std::vector<FailureRecord> failures;  // of the last run in the end: what they hold is destroyed under no lock
  {
    const MutexLock control(control_);
    if (shut_down_) return {RunStatus::shut_down};
    if (running_) return {RunStatus::already_running};
    std::optional<RunResult> refused;
    if (graph_changed_) {
      TaskGraph::Linked linked = graph_.link();
      refused = std::move(linked.refused);
      if (!refused && !cyclic_groups_of(linked.dependencies).empty()) {
        circular = std::move(linked.dependencies);
        ++refusing_;
      } else if (!refused) {
        begin(RunTasks(graph_, linked.dependencies), failures);
      }
    } else {
      begin(std::nullopt, failures);
    }
    if (refused) return std::move(*refused);
  }
  if (!circular.to.empty()) return name_cycle(circular);
  conduct();
  const MutexLock control(control_);
  running_ = false;
  run_over_.notify_all();
  if (const std::exception_ptr thrown = broken()) std::rethrow_exception(thrown);
  return {status_of(state_.verdict())};
}

// Takes all memory first, and lets nothing be seen until nothing can fail.
void SchedulerCore::begin(std::optional<RunTasks>&& changed, std::vector<FailureRecord>& failures) {
  if (changed) {
    make_room(*changed);
    prepare(*changed);
  }
  const std::uint64_t most_failures = changed ? changed->most_attempts : state_.most_failures();
  failures.reserve(std::min<std::uint64_t>(most_failures, options_.max_failures));
  const TimeNs now_ns = now();  // the clock is the user's: it may throw
  for (std::uint32_t worker = 0; worker < attempts_before_.size(); ++worker) {
    attempts_before_[worker] += state_.tally_of_worker(worker).attempts();
  }
  if (changed) state_.replace(std::move(*changed));
  start_over(now_ns, failures);
  graph_changed_ = false;
  running_ = true;
}

// The run has been refused already. The search may take long, so nobody waits for it: tasks may be added meanwhile.
RunResult SchedulerCore::name_cycle(const TaskEdges& circular) {
  RunResult result{RunStatus::cycle};
  std::exception_ptr thrown;
  std::vector<TaskId> cycle;
  try {
    const auto dependencies_of = [&](TaskId id) { return circular.of(id); };
    cycle = shortest_cycle(static_cast<std::uint32_t>(circular.tasks()), dependencies_of);
  } catch (...) {
    thrown = std::current_exception();
  }
  const MutexLock control(control_);
  --refusing_;
  run_over_.notify_all();
  if (thrown != nullptr) std::rethrow_exception(thrown);
  for (const TaskId id : cycle) result.path.push_back(graph_.spec(id).name);
  return result;
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
