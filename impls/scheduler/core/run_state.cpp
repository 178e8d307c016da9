#include "impls/scheduler/core/run_state.hpp"

namespace contend::scheduler {

RunState::RunState(int workers)
    : workers_(static_cast<std::size_t>(workers)), tallies_(std::make_unique<Tally[]>(workers_ + 2)) {}

void RunState::build(const TaskGraph& graph) {
  tasks_ = 0;
  cells_ = std::make_unique<TaskCell[]>(graph.size());
  roots_.clear();
  for (TaskId id = 0; id < graph.size(); ++id) {
    TaskCell& cell = cells_[id];
    const auto dependents = graph.dependents_of(id);
    cell.dependencies = static_cast<std::uint32_t>(graph.dependencies_of(id).size());
    cell.dependents = static_cast<std::uint32_t>(dependents.size());
    cell.first_dependent = dependents.data();
    cell.spec = &graph.spec(id);
    cell.priority = cell.spec->priority;
    cell.has_timeout = cell.spec->timeout_ns != forever;
    if (cell.dependencies == 0) roots_.push_back(id);
  }
  tasks_ = graph.size();
}

void RunState::reset() {
  for (std::size_t id = 0; id < tasks_; ++id) {
    TaskCell& cell = cells_[id];
    cell.waiting.store(cell.dependencies, std::memory_order_relaxed);  // as reset below
    cell.moment.reset({cell.dependencies == 0 ? TaskState::ready : TaskState::pending, 0});
  }
  for (std::size_t i = 0; i < workers_ + 2; ++i) tallies_[i].clear();
  halted_ = Halt::none;
  stop_asked_ = false;
  const MutexLock lock(failures_mutex_);
  failures_.clear();
}

// --- ends ---

bool RunState::cancel(TaskId id) {
  AtomicMoment& moment = cells_[id].moment;
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
// goes on from there.
void RunState::finish_dependents(TaskId id, TaskState as, Tally& tally) {
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

void RunState::halt(Halt why, bool ask_to_stop, Tally& tally) {
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

void RunState::record(const FailureRecord& failure) {
  const MutexLock lock(failures_mutex_);
  failures_.push_back(failure);
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
  return tasks_ - finished;
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
  return report;
}

}  // namespace contend::scheduler
