#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "impls/scheduler/scheduler.hpp"
#include "stress/scheduler/plan.hpp"

namespace contend::scheduler {

inline std::string planned_name(std::size_t i) {
  return "t" + std::to_string(i);
}

// Adds the tasks in random order; work_of(i) gives the work of each.
template <class WorkOf>
void add_plan(Scheduler& scheduler, const Plan& plan, std::mt19937_64& random, WorkOf work_of) {
  std::vector<std::size_t> order(plan.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::shuffle(order, random);
  for (const std::size_t i : order) {
    const PlannedTask& task = plan[i];
    std::vector<std::string> dependencies;
    for (const std::size_t dependency : task.dependencies) dependencies.push_back(planned_name(dependency));
    scheduler.add({planned_name(i),
                   work_of(i),
                   std::move(dependencies),
                   task.priority,
                   {.max_attempts = task.max_attempts, .base_ns = 1'000'000}});
  }
}

}  // namespace contend::scheduler
