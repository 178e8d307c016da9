#include "bench/engine/open_loop.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>

#include "bench/engine/machine.hpp"

namespace contend {
namespace {

// Who waits long sleeps, and wakes early enough that the kernel's delay is over in time. Who waits a little gives the
// core to whoever wants it: callers that spin would take it from the threads of the design, and from each other where
// they share one. For the last microseconds that would come too late, for a yield takes about one.
constexpr std::int64_t sleep_above_ns = 200'000;
constexpr std::int64_t wake_early_ns = 100'000;
constexpr std::int64_t yield_above_ns = 3'000;

std::int64_t wait_until(std::int64_t due_ns) {
  std::int64_t at_ns = now_ns();
  for (; at_ns < due_ns; at_ns = now_ns()) {
    const std::int64_t left_ns = due_ns - at_ns;
    if (left_ns > sleep_above_ns) {
      const std::int64_t wake_ns = due_ns - wake_early_ns;
      const timespec wake{wake_ns / 1'000'000'000, wake_ns % 1'000'000'000};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr);
    } else if (left_ns > yield_above_ns) {
      sched_yield();
    }
  }
  return at_ns;
}

std::size_t quarter_of(std::int64_t due_ns, const OpenLoopWindow& window) {
  return static_cast<std::size_t>(4 * (due_ns - window.warm_ns) / (window.end_ns - window.warm_ns));
}

OpenLoopCounts run_closed_loop(Worker& worker, const OpenLoopWindow& window, TimeHistogram& times) {
  OpenLoopCounts counts;
  std::int64_t at_ns = now_ns();
  while (at_ns < window.end_ns) {
    const std::int64_t begin_ns = at_ns;
    worker.run(1);
    at_ns = now_ns();
    if (begin_ns < window.warm_ns) continue;
    times.add(at_ns - begin_ns);
    ++counts.due;
    if (at_ns <= window.end_ns) ++counts.served;
  }
  return counts;
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(double calls_per_s, std::uint64_t seed) {
  if (std::isinf(calls_per_s)) return;
  constexpr std::size_t count = 1 << 14;
  std::mt19937_64 random(seed);
  std::exponential_distribution<double> gap;
  std::vector<double> gaps(count);
  for (double& each : gaps) each = gap(random);
  const double mean_ns = 1e9 / calls_per_s;
  const double scale = mean_ns * static_cast<double>(count) / std::accumulate(gaps.begin(), gaps.end(), 0.0);
  // Rounding what has been added up keeps the mean, where rounding each gap of a few nanoseconds would not.
  double sum = 0;
  for (const double each : gaps) {
    const double before = std::floor(sum);
    sum += each * scale;
    gaps_ns_.push_back(static_cast<std::int64_t>(std::floor(sum) - before));
  }
  at_ = random() % count;
}

void OpenLoopCounts::merge(const OpenLoopCounts& other) {
  due += other.due;
  served += other.served;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i] += other.calls[i];
    late_ns[i] += other.late_ns[i];
  }
}

bool OpenLoopCounts::behind(int callers, const OpenLoopWindow& window) const {
  const std::uint64_t missing = due - served;
  if (static_cast<double>(served) < 0.98 * static_cast<double>(due) &&
      missing >= 10 * static_cast<std::uint64_t>(callers)) {
    return true;
  }
  std::array<double, 4> mean_ns{};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i] == 0) return false;
    mean_ns[i] = late_ns[i] / static_cast<double>(calls[i]);
  }
  return std::ranges::is_sorted(mean_ns) &&
         mean_ns[3] - mean_ns[0] > static_cast<double>(window.end_ns - window.warm_ns) / 200;
}

OpenLoopCounts run_open_loop(Worker& worker, ArrivalSchedule& schedule, const OpenLoopWindow& window,
                             TimeHistogram& times) {
  prctl(PR_SET_TIMERSLACK,
        1UL);  // nanosecond, in place of fifty microseconds by which the kernel may let a sleeper lie
  if (schedule.is_closed_loop()) return run_closed_loop(worker, window, times);
  OpenLoopCounts counts;
  const std::int64_t give_up_ns = window.end_ns + (window.end_ns - window.warm_ns) / 2;
  std::int64_t at_ns = now_ns();
  for (; schedule.due_ns() < window.end_ns && at_ns < give_up_ns; schedule.next()) {
    const std::int64_t due_ns = schedule.due_ns();
    if (at_ns < due_ns) at_ns = wait_until(due_ns);
    const std::int64_t begin_ns = at_ns;
    worker.run(1);
    at_ns = now_ns();
    if (due_ns < window.warm_ns) continue;
    times.add(at_ns - due_ns);
    ++counts.due;
    if (at_ns <= window.end_ns) ++counts.served;
    ++counts.calls[quarter_of(due_ns, window)];
    counts.late_ns[quarter_of(due_ns, window)] += static_cast<double>(begin_ns - due_ns);
  }
  for (; schedule.due_ns() < window.end_ns; schedule.next()) {
    const std::int64_t due_ns = schedule.due_ns();
    if (due_ns < window.warm_ns) continue;
    times.add(at_ns - due_ns);
    ++counts.due;
    ++counts.calls[quarter_of(due_ns, window)];
    counts.late_ns[quarter_of(due_ns, window)] += static_cast<double>(at_ns - due_ns);
  }
  return counts;
}

}  // namespace contend
