#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>

#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend::scheduler {

// A queue of tasks with one owner, who puts in and takes out at the bottom, and any number of thieves, who take the
// oldest at the top. Does not grow: the owner never has more in it than it has room for.
//
// Progress: push and take are wait-free; steal is lock-free, and finds nothing only where nothing is: a thief that gave
// up because another was faster would go to sleep beside what is left.
// Source: Chase and Lev, "Dynamic circular work-stealing deque", SPAA 2005, with the orders of Lê, Pop, Cohen and
// Zappa Nardelli, "Correct and efficient work-stealing for weak memory models", PPoPP 2013, whose fences are seq_cst
// operations here.
class StealingDeque {
 public:
  // No other call may go on.
  void reserve(std::size_t tasks) {
    const std::size_t slots = std::bit_ceil(tasks + 1);
    if (slots <= mask_ + 1 && slots_ != nullptr) return;
    slots_ = std::make_unique<std::atomic<TaskId>[]>(slots);
    mask_ = slots - 1;
    top_ = 0;
    bottom_ = 0;
  }

  // Owner. All become visible at once.
  void push(std::span<const TaskId> tasks) {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);  // only the owner writes it
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      slot(bottom + static_cast<std::int64_t>(i)).store(tasks[i], std::memory_order_relaxed);  // published by (1)
    }
    // (1) seq_cst: publishes the slots to (4); and whoever sleeps has announced it before his last look at (4).
    bottom_.store(bottom + static_cast<std::int64_t>(tasks.size()));
  }

  // Owner: the newest, or no_task.
  TaskId take() {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    if (top_.load(std::memory_order_relaxed) > bottom) return no_task;  // top only grows: it is empty for sure
    // (2) seq_cst: before the look at top, so that either a thief sees this claim at (4) or the owner sees his at (7).
    bottom_.store(bottom);
    std::int64_t top = top_.load();  // (7) seq_cst: after (2)
    if (top < bottom) return slot(bottom).load(std::memory_order_relaxed);
    TaskId last = no_task;
    if (top == bottom) {
      last = slot(bottom).load(std::memory_order_relaxed);
      // (3) relaxed: for the last one the owner competes with the thieves at (5), and an exchange meets the newest top,
      // whatever its order. A thief who sees this top looks at bottom after (2): in the order of all seq_cst operations
      // (2) comes before (7), and (7), which read an older top, before his look at top.
      if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_relaxed)) last = no_task;
    }
    // (6) release: a thief who has read an old top may see this store at (4), and then looks at the slots, which he must
    // find as (1) and reserve() left them. Since C++20 a relaxed store would end what (1) released.
    bottom_.store(bottom + 1, std::memory_order_release);
    return last;
  }

  // Anybody: the oldest, or no_task.
  TaskId steal() {
    std::int64_t top = top_.load();  // seq_cst: before the look at bottom, pairs with (2)
    while (top < bottom_.load()) {   // (4) seq_cst: sees the slots published by (1)
      const TaskId oldest = slot(top).load(std::memory_order_relaxed);
      // (5) seq_cst: one of all who want it wins; a slot that was read too late is thrown away.
      if (top_.compare_exchange_strong(top, top + 1)) return oldest;
    }
    return no_task;
  }

 protected:  // for the broken one that shows what (2) is for
  std::atomic<TaskId>& slot(std::int64_t place) { return slots_[static_cast<std::size_t>(place) & mask_]; }

  alignas(cache_line_bytes) std::atomic<std::int64_t> top_{0};
  alignas(cache_line_bytes) std::atomic<std::int64_t> bottom_{0};
  std::unique_ptr<std::atomic<TaskId>[]> slots_;
  std::size_t mask_ = 0;
};

}  // namespace contend::scheduler
