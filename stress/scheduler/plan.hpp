#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

// A random graph whose tasks fail in ways that are fixed beforehand, so that everybody must come to the same end.
struct PlannedTask {
  std::vector<std::size_t> dependencies;  // of smaller index
  std::uint32_t failures = 0;             // attempts that fail before one succeeds
  std::uint32_t max_attempts = 1;
  bool permanently = false;  // its failures cannot be tried again
  std::int32_t priority = 0;

  TaskState end_if_started() const {
    const bool succeeds = failures < max_attempts && (failures == 0 || !permanently);
    return succeeds ? TaskState::succeeded : TaskState::failed;
  }
  std::uint32_t attempts_if_started() const {
    if (permanently && failures > 0) return 1;
    return std::min(failures + 1, max_attempts);
  }
};

using Plan = std::vector<PlannedTask>;

inline Plan random_plan(std::mt19937_64& random, std::size_t tasks, bool with_failures) {
  Plan plan(tasks);
  const std::size_t reach = 1 + random() % 40;  // how far back dependencies lie: long graphs and wide ones
  for (std::size_t i = 0; i < tasks; ++i) {
    PlannedTask& task = plan[i];
    for (std::uint64_t edges = random() % 4; i > 0 && edges > 0; --edges) {
      task.dependencies.push_back(i - 1 - random() % std::min(i, reach));
    }
    task.priority = static_cast<std::int32_t>(random() % 5);
    task.max_attempts = 1 + static_cast<std::uint32_t>(random() % 3);
    if (with_failures && random() % 6 == 0) {
      task.failures = 1 + static_cast<std::uint32_t>(random() % 3);
      task.permanently = random() % 4 == 0;
    }
  }
  return plan;
}

// The oracle: one task after the other.
inline std::vector<TaskState> expected_ends(const Plan& plan) {
  std::vector<TaskState> ends(plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const bool may_start = std::ranges::all_of(
        plan[i].dependencies, [&](std::size_t dependency) { return ends[dependency] == TaskState::succeeded; });
    ends[i] = may_start ? plan[i].end_if_started() : TaskState::skipped;
  }
  return ends;
}

}  // namespace contend::scheduler
