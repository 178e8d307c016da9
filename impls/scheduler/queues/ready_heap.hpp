#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/scheduler/graph/task_graph.hpp"

namespace contend::scheduler {

// What holds for every design that keeps its ready tasks in one heap.
inline constexpr Contract one_ready_heap{
    .memory = "a cache line a task, 8 bytes a ready one, and the edges both ways; grows at run, not during it",
};

// Ready tasks in the order in which they are to start: by priority, then by order of adding, both in one number.
// Sequential: its owner guards it. O(log n).
class ReadyHeap {
 public:
  void reserve(std::size_t tasks) { keys_.reserve(tasks); }
  bool empty() const { return keys_.empty(); }
  std::size_t size() const { return keys_.size(); }

  void push(TaskId id, std::int32_t priority) {
    const auto behind = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max() - std::int64_t{priority});
    keys_.push_back(behind << 32 | id);
    std::ranges::push_heap(keys_, std::greater());
  }
  // no_task if it is empty.
  TaskId pop() {
    if (keys_.empty()) return no_task;
    std::ranges::pop_heap(keys_, std::greater());
    const auto id = static_cast<TaskId>(keys_.back());
    keys_.pop_back();
    return id;
  }

 private:
  std::vector<std::uint64_t> keys_;
};

}  // namespace contend::scheduler
