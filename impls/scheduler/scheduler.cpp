#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

std::string_view to_string(AddStatus status) {
  switch (status) {
    case AddStatus::invalid_name:
      return "invalid_name";
    case AddStatus::invalid_work:
      return "invalid_work";
    case AddStatus::invalid_retry:
      return "invalid_retry";
    case AddStatus::invalid_timeout:
      return "invalid_timeout";
    case AddStatus::shut_down:
      return "shut_down";
    case AddStatus::running:
      return "running";
    case AddStatus::duplicate_task:
      return "duplicate_task";
    case AddStatus::too_many_tasks:
      return "too_many_tasks";
    case AddStatus::too_many_dependencies:
      return "too_many_dependencies";
    case AddStatus::added:
      return "added";
  }
  return "?";
}

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::shut_down:
      return "shut_down";
    case RunStatus::already_running:
      return "already_running";
    case RunStatus::unknown_dependency:
      return "unknown_dependency";
    case RunStatus::cycle:
      return "cycle";
    case RunStatus::completed:
      return "completed";
    case RunStatus::stopped:
      return "stopped";
    case RunStatus::failed_fast:
      return "failed_fast";
    case RunStatus::timed_out:
      return "timed_out";
  }
  return "?";
}

std::string describe(const RunResult& result) {
  std::string text(to_string(result.status));
  for (std::size_t i = 0; i < result.path.size(); ++i) text += (i == 0 ? ": " : " -> ") + result.path[i];
  return text;
}

std::string_view to_string(CancelStatus status) {
  switch (status) {
    case CancelStatus::unknown_task:
      return "unknown_task";
    case CancelStatus::not_running:
      return "not_running";
    case CancelStatus::already_final:
      return "already_final";
    case CancelStatus::cancelled:
      return "cancelled";
  }
  return "?";
}

std::string_view to_string(TaskState state) {
  switch (state) {
    case TaskState::pending:
      return "pending";
    case TaskState::ready:
      return "ready";
    case TaskState::running:
      return "running";
    case TaskState::retrying:
      return "retrying";
    case TaskState::succeeded:
      return "succeeded";
    case TaskState::failed:
      return "failed";
    case TaskState::timed_out:
      return "timed_out";
    case TaskState::skipped:
      return "skipped";
    case TaskState::cancelled:
      return "cancelled";
    case TaskState::never_started:
      return "never_started";
  }
  return "?";
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"priority", strict_priority ? "strict" : "approximate"},
          {"order with one worker", deterministic_with_one_worker ? "deterministic" : "not repeatable"}};
}

}  // namespace contend::scheduler
