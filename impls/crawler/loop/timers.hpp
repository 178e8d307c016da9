#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "impls/base/time.hpp"

namespace contend::crawler {

// Calls that one thread is to make when their time has come; of equal times the first one set goes first. Not
// synchronised. O(log n) a call.
class Timers {
 public:
  void at(TimeNs due_ns, std::function<void()> call) { timers_.push({due_ns, ++number_, std::move(call)}); }

  // Makes all calls that are due, also those that they set for no later than now.
  void run_due(TimeNs now_ns) {
    while (next_ns() <= now_ns) {
      const auto call = timers_.top().call;
      timers_.pop();
      call();
    }
  }
  TimeNs next_ns() const { return timers_.empty() ? never : timers_.top().due_ns; }
  void clear() { timers_ = {}; }

 private:
  struct Timer {
    TimeNs due_ns;
    std::uint64_t number;
    std::function<void()> call;
    bool operator>(const Timer& other) const {
      return std::pair(due_ns, number) > std::pair(other.due_ns, other.number);
    }
  };

  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t number_ = 0;
};

}  // namespace contend::crawler
