#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

#include "impls/base/time.hpp"
#include "impls/scheduler/graph/task_graph.hpp"

namespace contend::scheduler {

// What happens to an attempt of a task when a time comes.
struct RunTimer {
  enum class Kind : std::uint8_t { retry, timeout };
  TimeNs due_ns = never;
  TaskId task = 0;
  std::uint32_t attempt = 0;
  Kind kind = Kind::retry;

  auto order() const { return std::tuple(due_ns, task, attempt, kind); }
};

// The timers of a run. Those whose attempt is over are not searched for but passed over when they come up, and swept
// out when there are more timers than twice the tasks that may have one. So memory is bounded by the tasks, and all of
// it is there before the run. add, pop O(log n) amortised. Sequential: its owner guards it.
class RunTimers {
 public:
  // Whether an attempt still waits for a timer.
  using IsWanted = std::function<bool(const RunTimer&)>;

  // Makes room for so many tasks that may have a timer, of which each has one that is wanted at most.
  void reserve(std::size_t tasks) {
    most_ = 2 * tasks + 1;
    heap_.reserve(most_);
  }
  void clear() { heap_.clear(); }
  std::size_t size() const { return heap_.size(); }
  void add(const RunTimer& timer, const IsWanted& is_wanted) {
    if (heap_.size() >= most_) sweep(is_wanted);
    heap_.push_back(timer);
    std::ranges::push_heap(heap_, later);
  }
  // The first that is still wanted; null if there is none. It may be due at `never`.
  const RunTimer* first(const IsWanted& is_wanted) {
    while (!heap_.empty() && !is_wanted(heap_.front())) pop();
    return heap_.empty() ? nullptr : &heap_.front();
  }
  // Requires that there is a first one.
  RunTimer pop() {
    std::ranges::pop_heap(heap_, later);
    const RunTimer first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  static bool later(const RunTimer& left, const RunTimer& right) { return left.order() > right.order(); }
  void sweep(const IsWanted& is_wanted) {
    std::erase_if(heap_, [&](const RunTimer& timer) { return !is_wanted(timer); });
    std::ranges::make_heap(heap_, later);
  }

  std::size_t most_ = 1;
  std::vector<RunTimer> heap_;
};

}  // namespace contend::scheduler
