#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/scheduler/scheduler.hpp"

namespace contend::scheduler {

using TaskId = std::uint32_t;  // in the order of adding, from 0
inline constexpr TaskId no_task = 0xffffffff;

// added, or the first error of the task by itself.
AddStatus check_task(const TaskSpec& spec);

// The tasks and who depends on whom. Sequential: its owner guards it. Grows by add; resolve turns names into ids.
class TaskGraph {
 public:
  // Requires a valid task of a new name. bad_alloc leaves the graph as it was.
  void add(TaskSpec&& spec);

  std::size_t size() const { return specs_.size(); }
  std::size_t named_dependencies() const { return named_dependencies_; }
  const TaskSpec& spec(TaskId id) const { return specs_[id]; }
  std::optional<TaskId> find(std::string_view name) const;

  // The first error of the graph; `completed` if it may run. The spans below are those of the last call.
  RunResult resolve();
  // Each once, ascending.
  std::span<const TaskId> dependencies_of(TaskId id) const { return edges_of(dependencies_, id); }
  std::span<const TaskId> dependents_of(TaskId id) const { return edges_of(dependents_, id); }

  std::vector<std::vector<TaskId>> cyclic_groups() const;

 private:
  struct Edges {
    std::vector<std::uint32_t> begin;  // of each task, and the end of the last
    std::vector<TaskId> to;
  };
  struct UnknownDependency {
    TaskId task;
    std::size_t place;
  };

  static std::span<const TaskId> edges_of(const Edges& edges, TaskId id) {
    return {edges.to.data() + edges.begin[id], edges.to.data() + edges.begin[id + 1]};
  }
  std::optional<UnknownDependency> link(Edges& dependencies) const;
  static Edges reversed(const Edges& edges);

  std::deque<TaskSpec> specs_;  // stable: ids_ looks into their names
  std::unordered_map<std::string_view, TaskId, BytesHash, std::equal_to<>> ids_;
  std::size_t named_dependencies_ = 0;
  Edges dependencies_;
  Edges dependents_;
};

}  // namespace contend::scheduler
