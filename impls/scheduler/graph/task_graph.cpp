#include "impls/scheduler/graph/task_graph.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

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

void drop_repeated(std::vector<std::string>& names) {
  if (names.size() < 2) return;
  std::vector<std::size_t> by_name(names.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::ranges::sort(by_name, [&](std::size_t left, std::size_t right) {
    const int order = names[left].compare(names[right]);
    return order != 0 ? order < 0 : left < right;
  });
  std::vector<bool> repeated(names.size());
  for (std::size_t i = 1; i < by_name.size(); ++i) {
    repeated[by_name[i]] = names[by_name[i]] == names[by_name[i - 1]];
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (repeated[i]) continue;
    if (kept != i) names[kept] = std::move(names[i]);
    ++kept;
  }
  names.resize(kept);
}

TaskEdges TaskEdges::reversed() const {
  TaskEdges result;
  result.begin.assign(begin.size(), 0);
  result.to.resize(to.size());
  for (const TaskId target : to) ++result.begin[target + 1];
  std::partial_sum(result.begin.begin(), result.begin.end(), result.begin.begin());
  std::vector<std::uint32_t> next(result.begin.begin(), result.begin.end() - 1);
  for (TaskId from = 0; from < tasks(); ++from) {
    for (const TaskId target : of(from)) result.to[next[target]++] = from;
  }
  return result;
}

void TaskGraph::add(TaskSpec&& spec) {
  const auto id = static_cast<TaskId>(specs_.size());
  specs_.push_back(std::move(spec));
  try {
    ids_.emplace(specs_.back().name, id);
  } catch (...) {
    spec = std::move(specs_.back());  // what is the user's is destroyed by the user, under no lock of ours
    specs_.pop_back();
    throw;
  }
  named_dependencies_ += specs_.back().dependencies.size();
}

std::optional<TaskId> TaskGraph::find(std::string_view name) const {
  const auto it = ids_.find(name);
  return it == ids_.end() ? std::nullopt : std::optional(it->second);
}

TaskGraph::Linked TaskGraph::link() const {
  Linked linked;
  auto& [begin, to] = linked.dependencies;
  begin.reserve(specs_.size() + 1);
  to.reserve(named_dependencies_);
  begin.push_back(0);
  for (const TaskSpec& spec : specs_) {
    const auto first = static_cast<std::ptrdiff_t>(to.size());
    for (const std::string& name : spec.dependencies) {
      if (const auto dependency = find(name)) {
        to.push_back(*dependency);
      } else if (!linked.refused) {
        linked.refused = RunResult{RunStatus::unknown_dependency, {spec.name, name}};
      }
    }
    std::sort(to.begin() + first, to.end());
    begin.push_back(static_cast<std::uint32_t>(to.size()));
  }
  return linked;
}

}  // namespace contend::scheduler
