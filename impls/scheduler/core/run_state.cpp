#include "impls/scheduler/core/run_state.hpp"

#include <algorithm>

namespace contend::scheduler {

RunTasks::RunTasks(const TaskGraph& graph, const TaskEdges& dependencies)
    : count(graph.size()), cells(std::make_unique<TaskCell[]>(count)), dependents(dependencies.reversed()) {
  for (TaskId id = 0; id < count; ++id) {
    TaskCell& cell = cells[id];
    const auto own_dependents = dependents.of(id);
    cell.dependencies = static_cast<std::uint32_t>(dependencies.of(id).size());
    cell.dependents = static_cast<std::uint32_t>(own_dependents.size());
    cell.first_dependent = own_dependents.data();
    cell.spec = &graph.spec(id);
    cell.priority = cell.spec->priority;
    cell.has_timeout = cell.spec->timeout_ns != forever;
    if (cell.dependencies == 0) roots.push_back(id);
    most_dependents = std::max(most_dependents, own_dependents.size());
    if (cell.has_timeout || cell.spec->retry.max_attempts > 1) ++timed;
    most_attempts += cell.spec->retry.max_attempts;
  }
}

RunState::RunState(int workers)
    : workers_(static_cast<std::size_t>(workers)), tallies_(std::make_unique<Tally[]>(workers_ + 2)) {}

void RunState::reset(std::vector<FailureRecord>& room) noexcept {
  for (std::size_t id = 0; id < tasks(); ++id) {
    TaskCell& cell = tasks_.cells[id];
    cell.waiting.store(cell.dependencies, std::memory_order_relaxed);  // as reset below
    cell.moment.reset({cell.dependencies == 0 ? TaskState::ready : TaskState::pending, 0});
  }
  for (std::size_t i = 0; i < workers_ + 2; ++i) tallies_[i].clear();
  halted_ = Halt::none;
  verdict_ = Halt::none;
  stop_asked_ = false;
  const MutexLock lock(failures_mutex_);
  failures_not_kept_ = 0;
  failures_.swap(room);
}

// --- ends ---

bool RunState::cancel(TaskId id) {
  AtomicMoment& moment = cell(id).moment;
  while (true) {
    const TaskMoment seen = moment.load();
    if (is_final(seen.state)) return false;
    if (moment.change(seen, {TaskState::cancelled, seen.attempts})) break;
  }
  Tally& tally = tally_of_callers();
  tally.count_final(TaskState::cancelled);
  finish_dependents(id, TaskState::cancelled, tally);
  return true;
}

// All that depend on a task that will not succeed are pending or final. Who finds one pending brings it to its end, and
// goes on from there. What is still to be looked at is strung together by the tasks themselves, each of which has been
// brought to its end by this walk alone: so there is nothing to allocate, and nothing to fail.
void RunState::finish_dependents(TaskId id, TaskState as, Tally& tally) {
  cell(id).next_ended = no_task;
  for (TaskId first = id; first != no_task;) {
    const TaskCell& ended = cell(first);
    first = ended.next_ended;
    for (const TaskId dependent : ended.dependents_of()) {
      if (!cell(dependent).moment.change({TaskState::pending, 0}, {as, 0})) continue;
      tally.count_final(as);
      cell(dependent).next_ended = first;
      first = dependent;
    }
  }
}

void RunState::halt(Halt why, bool ask_to_stop, Tally& tally) {
  Halt none = Halt::none;
  halted_.compare_exchange_strong(none, why);  // every caller sees to it that nothing starts
  bool left = false;
  for (TaskId id = 0; id < tasks(); ++id) {
    AtomicMoment& moment = cell(id).moment;
    while (true) {
      const TaskMoment seen = moment.load();
      if (is_final(seen.state)) break;
      left = true;
      if (seen.state == TaskState::running) break;
      const bool has_begun = seen.state == TaskState::retrying || seen.attempts > 0;
      const TaskMoment end = has_begun ? seen.given_up() : TaskMoment{TaskState::never_started, 0};
      if (!moment.change(seen, end)) continue;
      tally.count_final(end.state);
      break;
    }
  }
  none = Halt::none;
  if (left || why != Halt::timed_out) verdict_.compare_exchange_strong(none, why);
  // Not earlier: what then returns must not find dependents that may still start.
  if (ask_to_stop) stop_asked_ = true;
}

void RunState::record(const FailureRecord& failure) {
  const MutexLock lock(failures_mutex_);
  if (failures_.size() < failures_.capacity()) {
    failures_.push_back(failure);
  } else {
    ++failures_not_kept_;
  }
}

// --- counts ---

std::uint64_t RunState::finals(TaskState state) const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < workers_ + 2; ++i) sum += tallies_[i].finals(state);
  return sum;
}

std::uint64_t RunState::left() const {
  std::uint64_t finished = 0;
  for (std::size_t state = 0; state < task_states; ++state) finished += finals(static_cast<TaskState>(state));
  return tasks() - finished;
}

Report RunState::counts() const {
  Report report;
  report.succeeded = finals(TaskState::succeeded);
  report.failed = finals(TaskState::failed);
  report.timed_out = finals(TaskState::timed_out);
  report.skipped = finals(TaskState::skipped);
  report.cancelled = finals(TaskState::cancelled);
  report.never_started = finals(TaskState::never_started);
  for (std::size_t worker = 0; worker < workers_; ++worker) {
    const std::uint64_t attempts = tallies_[worker].attempts();  // read once: they go on
    report.attempts += attempts;
    report.attempts_of_workers.push_back(attempts);
    report.late_results += tallies_[worker].late();
  }
  const MutexLock lock(failures_mutex_);
  report.failures_not_kept = failures_not_kept_;
  return report;
}

}  // namespace contend::scheduler
