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

// Leaves each name once, where it stood first. O(n log n) in bytes of names.
void drop_repeated(std::vector<std::string>& names);

// Edges of all tasks: those of each one ascending, and each once.
struct TaskEdges {
  std::vector<std::uint32_t> begin;  // of each task, and the end of the last
  std::vector<TaskId> to;

  std::size_t tasks() const { return begin.size() - 1; }
  std::span<const TaskId> of(TaskId id) const { return {to.data() + begin[id], to.data() + begin[id + 1]}; }
  // The same edges, from where they lead.
  TaskEdges reversed() const;
};

// The tasks and the names of what they depend on. Sequential: its owner guards it. Grows by add.
class TaskGraph {
 public:
  // Requires a valid task of a new name, and each dependency once. bad_alloc leaves graph and task as they were.
  void add(TaskSpec&& spec);

  std::size_t size() const { return specs_.size(); }
  std::size_t named_dependencies() const { return named_dependencies_; }
  const TaskSpec& spec(TaskId id) const { return specs_[id]; }
  std::optional<TaskId> find(std::string_view name) const;

  struct Linked {
    TaskEdges dependencies;            // those that are known
    std::optional<RunResult> refused;  // unknown_dependency: the first by order of adding
  };
  // Turns names into ids. O(tasks + dependencies).
  Linked link() const;

 private:
  std::deque<TaskSpec> specs_;  // stable: ids_ looks into their names
  std::unordered_map<std::string_view, TaskId, BytesHash, std::equal_to<>> ids_;
  std::size_t named_dependencies_ = 0;
};

}  // namespace contend::scheduler
