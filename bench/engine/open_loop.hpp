#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/engine/time_histogram.hpp"
#include "bench/workload/workload.hpp"

namespace contend {

// When one caller's calls are due, whether or not the one before has ended. The gaps are exponential, as of many users who
// know nothing of each other. They are drawn before the clock starts; there are 16,384 of them, over and over, and their
// mean is exactly that of the rate. 128 kB.
class ArrivalSchedule {
 public:
  // With an infinite rate a call is due when the one before has ended: a closed loop whose calls are timed one by one.
  ArrivalSchedule(double calls_per_s, std::uint64_t seed);

  // The first gap begins now.
  void begin(std::int64_t now_ns) {
    due_ns_ = now_ns;
    if (!is_closed_loop()) next();
  }

  bool is_closed_loop() const { return gaps_ns_.empty(); }
  std::int64_t due_ns() const { return due_ns_; }
  void next() {
    due_ns_ += gaps_ns_[at_];
    at_ = (at_ + 1) % gaps_ns_.size();
  }

 private:
  std::vector<std::int64_t> gaps_ns_;
  std::size_t at_ = 0;
  std::int64_t due_ns_ = 0;
};

// Between which moments of the monotonic clock calls count, by the time at which they are due.
struct OpenLoopWindow {
  std::int64_t warm_ns = 0;
  std::int64_t end_ns = 0;
};

// What one caller saw of its schedule, or all of them.
struct OpenLoopCounts {
  std::uint64_t due = 0;
  std::uint64_t served = 0;  // ended before the window did
  // How late calls began, by the quarter of the window in which they were due.
  std::array<std::uint64_t, 4> calls{};
  std::array<double, 4> late_ns{};

  void merge(const OpenLoopCounts& other);
  // Whether the backlog grew to the end: less than 98 % of what was due has been served, and at least ten calls a caller
  // are missing; or calls began later in each quarter than in the one before, and in the last one later by a two-hundredth
  // of the window than in the first.
  bool behind(int callers, const OpenLoopWindow& window) const;
};

// Makes the calls of a schedule that has begun and that are due before the window ends. The time of a call is counted from when it was due, not from when
// its turn came: so a stall costs all those whom it keeps waiting. What is in the backlog at the end is still served, for
// half of the window's length; after that it counts with the time that it has waited.
OpenLoopCounts run_open_loop(Worker& worker, ArrivalSchedule& schedule, const OpenLoopWindow& window,
                             TimeHistogram& times);

}  // namespace contend
