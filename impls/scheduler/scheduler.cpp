#include "impls/scheduler/scheduler.hpp"

#include "impls/base/enum_text.hpp"

namespace contend::scheduler {

static_assert(enum_count<TaskState> == task_states);

std::string_view to_string(AddStatus status) {
  return enum_text(status);
}
std::string_view to_string(RunStatus status) {
  return enum_text(status);
}
std::string_view to_string(CancelStatus status) {
  return enum_text(status);
}
std::string_view to_string(TaskState state) {
  return enum_text(state);
}

std::string describe(const RunResult& result) {
  std::string text(to_string(result.status));
  for (std::size_t i = 0; i < result.path.size(); ++i) text += (i == 0 ? ": " : " -> ") + result.path[i];
  return text;
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"priority", strict_priority ? "strict" : "approximate"},
          {"order with one worker", deterministic_with_one_worker ? "deterministic" : "not repeatable"},
          {"workers", own_threads ? "its own" : "at most, shared by the process"}};
}

}  // namespace contend::scheduler
