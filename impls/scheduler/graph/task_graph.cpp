#include "impls/scheduler/graph/task_graph.hpp"

#include <algorithm>
#include <cmath>

#include "impls/scheduler/graph/cycles.hpp"

namespace contend::scheduler {
namespace {

bool is_valid(const RetryPolicy& retry) {
  return retry.max_attempts >= 1 && retry.base_ns >= 0 && std::isfinite(retry.factor) && retry.factor >= 1 &&
         retry.cap_ns >= retry.base_ns;
}

bool is_valid_name(const std::string& name) {
  return name.size() <= max_task_name_bytes;
}

}  // namespace

AddStatus check_task(const TaskSpec& spec) {
  if (!is_valid_name(spec.name) || !std::ranges::all_of(spec.dependencies, is_valid_name)) {
    return AddStatus::invalid_name;
  }
  if (spec.work == nullptr) return AddStatus::invalid_work;
  if (!is_valid(spec.retry)) return AddStatus::invalid_retry;
  if (spec.timeout_ns <= 0) return AddStatus::invalid_timeout;
  return AddStatus::added;
}

void TaskGraph::add(TaskSpec&& spec) {
  const auto id = static_cast<TaskId>(specs_.size());
  specs_.push_back(std::move(spec));
  try {
    ids_.emplace(specs_.back().name, id);
  } catch (...) {
    specs_.pop_back();
    throw;
  }
  named_dependencies_ += specs_.back().dependencies.size();
}

std::optional<TaskId> TaskGraph::find(std::string_view name) const {
  const auto it = ids_.find(name);
  return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<TaskGraph::UnknownDependency> TaskGraph::link(Edges& dependencies) const {
  std::optional<UnknownDependency> unknown;
  dependencies.begin.assign(1, 0);
  for (TaskId id = 0; id < specs_.size(); ++id) {
    const auto first = static_cast<std::ptrdiff_t>(dependencies.to.size());
    for (std::size_t place = 0; place < specs_[id].dependencies.size(); ++place) {
      if (const auto to = find(specs_[id].dependencies[place])) {
        dependencies.to.push_back(*to);
      } else if (!unknown) {
        unknown = UnknownDependency{id, place};
      }
    }
    const auto own = std::ranges::subrange(dependencies.to.begin() + first, dependencies.to.end());
    std::ranges::sort(own);
    const auto repeated = std::ranges::unique(own);
    dependencies.to.erase(repeated.begin(), repeated.end());
    dependencies.begin.push_back(static_cast<std::uint32_t>(dependencies.to.size()));
  }
  return unknown;
}

TaskGraph::Edges TaskGraph::reversed(const Edges& edges) {
  const std::size_t count = edges.begin.size() - 1;
  Edges result;
  result.begin.assign(count + 1, 0);
  result.to.resize(edges.to.size());
  for (const TaskId to : edges.to) ++result.begin[to + 1];
  for (std::size_t id = 0; id < count; ++id) result.begin[id + 1] += result.begin[id];
  std::vector<std::uint32_t> next(result.begin.begin(), result.begin.end() - 1);
  for (TaskId from = 0; from < count; ++from) {
    for (const TaskId to : edges_of(edges, from)) result.to[next[to]++] = from;
  }
  return result;
}

RunResult TaskGraph::resolve() {
  Edges dependencies;
  if (const auto unknown = link(dependencies)) {
    const TaskSpec& task = specs_[unknown->task];
    return {RunStatus::unknown_dependency, {task.name, task.dependencies[unknown->place]}};
  }
  RunResult result;
  const auto dependencies_of = [&](TaskId id) { return edges_of(dependencies, id); };
  const auto cycle = shortest_cycle(static_cast<std::uint32_t>(size()), dependencies_of);
  if (!cycle.empty()) {
    result.status = RunStatus::cycle;
    for (const TaskId id : cycle) result.path.push_back(specs_[id].name);
    return result;
  }
  dependents_ = reversed(dependencies);
  dependencies_ = std::move(dependencies);
  return result;
}

std::vector<std::vector<TaskId>> TaskGraph::cyclic_groups() const {
  Edges dependencies;
  link(dependencies);
  return cyclic_components(static_cast<std::uint32_t>(size()), [&](TaskId id) { return edges_of(dependencies, id); });
}

}  // namespace contend::scheduler
