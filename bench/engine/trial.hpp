#pragma once

#include <array>
#include <boost/describe/enum.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "bench/engine/time_histogram.hpp"
#include "bench/workload/workload.hpp"

namespace contend {

inline constexpr int max_trial_slices = 128;
inline constexpr double slice_ms = 10;

struct TrialOptions {
  int threads = 1;
  int window_ms = 200;  // after a warm-up of a fifth of it
  std::uint64_t seed = 1;
  bool watch_bypass =
      false;             // count the calls of others during each call; slows the callers, so it has trials of its own
  bool control = false;  // noop: keeps nothing, so there is no state to validate
  bool own_threads = false;  // the system has its own: one thread calls it; none is pinned
  // Of operations, all callers together: calls come by a schedule (open_loop.hpp). 0: callers call as fast as they can;
  // infinite: the same, with each call timed, so that what the clock takes is not missing where a rate is a share of it.
  double rate_per_s = 0;
  // Where the reference takes turns: it is built, and has its turn, before the design. Who comes second has other memory
  // and is up to a tenth faster for it, so rounds alternate.
  bool reference_first = false;
  double slowed_by = 0;  // 0.05: after its calls, a caller does nothing for so large a part of the time they took
};

enum class TrialStatus : std::uint32_t { ok, invalid, hung, crashed };
BOOST_DESCRIBE_ENUM(TrialStatus, ok, invalid, hung, crashed)
std::string_view to_string(TrialStatus status);

// What one fixed-time run of one implementation on one workload came to, but for what there is one of for each thread.
// Plain data: it crosses a pipe as it is.
struct TrialTotals {
  TrialStatus status = TrialStatus::ok;
  int threads = 0;       // callers
  int own_threads = 0;   // threads of the system whose work is known
  int more_threads = 0;  // threads that the design had started before it was called
  int slices = 0;
  double window_s = 0;
  double overlap = 0;      // all threads ran for this part of the time in which any ran
  double others_core = 0;  // cores taken by other processes during the trial
  double stolen_core = 0;  // cores taken by the hypervisor
  double canary_before_ns = 0;
  double canary_after_ns = 0;
  double bytes_per_entry = 0;             // 0: too few entries to tell
  double served_share = 0;                // of the calls, where the workload asks; else 0
  std::optional<double> reference_per_s;  // of the reference in its turns; none where it took none
  std::uint64_t operations = 0;
  std::uint64_t attempts = 0;
  std::uint64_t aborts = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t due = 0;                 // at a rate: calls that were scheduled
  std::uint64_t served = 0;              // and those of them that ended in time
  bool behind = false;                   // at a rate: the backlog grew to the end
  std::uint64_t longest_wait_calls = 0;  // with watch_bypass: the most calls that others completed during one
  std::array<char, 240> message{};       // of invalid: what is wrong with the state

  double aborts_per_attempt() const {
    return attempts == 0 ? 0 : static_cast<double>(aborts) / static_cast<double>(attempts);
  }
  double operations_per_s() const { return window_s > 0 ? static_cast<double>(operations) / window_s : 0; }
  bool disturbed() const { return others_core + stolen_core > 0.15; }
};

struct TrialFigures : TrialTotals {
  std::vector<std::uint64_t> operations_of;  // by caller
  std::vector<std::uint64_t> work_of_own;    // by thread of the system

  // The smallest share of any thread, times the number of threads: 1 is equal, 0 is starved. Counts the system's own
  // threads where their work is known, else the callers.
  double fair_share() const;
};

// The same with its course. 10 kB, and 500 bytes a caller.
struct TrialResult : TrialFigures {
  using Slices = std::array<std::uint32_t, max_trial_slices>;
  std::vector<Slices> slice_operations;  // by caller
  TimeHistogram times;                   // of the calls that were timed; at a rate, from when they were due
};

// A figure of each, `&TrialFigures::served_share` say.
template <class Trial, class Figure>
std::vector<double> figures(const std::vector<Trial>& trials, Figure figure) {
  std::vector<double> values;
  for (const Trial& trial : trials) values.push_back(std::invoke(figure, trial));
  return values;
}

// Runs one trial in a forked child, so that no earlier trial's heap is left behind, and a hang or a crash costs one
// trial only. The calling process should have one thread. The trial's threads are pinned to the allowed CPUs in turn
// and start at the same instant.
// With a `reference`, the two take turns of a slice each, and the window is as long for either. What slows a machine down
// for a tenth of a second meets both: their ratio in one trial is several times as steady as that of two trials.
using PrepareSubject = std::function<std::unique_ptr<TrialSubject>()>;
TrialResult run_trial(const PrepareSubject& prepare, const TrialOptions& options, const PrepareSubject& reference = {});

}  // namespace contend
