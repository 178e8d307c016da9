#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::scheduler {

// First in, first out, under a mutex; who finds it empty does not take the mutex. Holds each task of a run at most
// once, so a ring as large as the graph never overflows. Blocking. Does not wake anybody.
class TaskQueue {
 public:
  // No other call may go on.
  void reserve(std::size_t tasks) {
    const MutexLock lock(mutex_);
    ring_.assign(tasks, no_task);
    head_ = 0;
  }

  void push(std::span<const TaskId> tasks) {
    const MutexLock lock(mutex_);
    const std::size_t size = size_;
    for (std::size_t i = 0; i < tasks.size(); ++i) ring_[(head_ + size + i) % ring_.size()] = tasks[i];
    size_ = size + tasks.size();  // seq_cst: whoever sleeps has announced it before he looks here
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // The first of them, as many as fit, or a `parts`-th of all if that is less, but at least one; how many there were.
  std::size_t pop(std::span<TaskId> into, std::size_t parts) {
    if (size_ == 0) return 0;
    const MutexLock lock(mutex_);
    const std::size_t size = size_;
    const std::size_t count = std::min({into.size(), size, size / parts + 1});
    for (std::size_t i = 0; i < count; ++i) into[i] = ring_[(head_ + i) % ring_.size()];
    head_ = count == 0 ? head_ : (head_ + count) % ring_.size();
    size_ = size - count;
    return count;
  }
  // no_task if it is empty.
  TaskId pop() {
    TaskId first = no_task;
    pop({&first, 1}, 1);
    return first;
  }

 private:
  Mutex mutex_{{"task queue", 0}};
  std::vector<TaskId> ring_ GUARDED_BY(mutex_);
  std::size_t head_ GUARDED_BY(mutex_) = 0;
  std::atomic<std::size_t> size_{0};  // written under mutex_
};

}  // namespace contend::scheduler
