#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/engine/open_loop.hpp"
#include "bench/engine/time_histogram.hpp"
#include "bench/engine/trial.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend {

// The threads of a trial: what each calls, when, and what it notes.

// Everything of one thread, on cache lines of its own.
struct alignas(cache_line_bytes) ThreadRecord {
  std::atomic<std::uint64_t> published{0};  // operations so far, for others to read; only with watch_bypass
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;
  std::uint64_t longest_wait = 0;
  std::array<std::uint32_t, max_trial_slices> slices{};
  TimeHistogram times;
  std::optional<ArrivalSchedule> schedule;  // at a rate
  OpenLoopCounts counts;                    // likewise
  // Where the reference takes turns.
  struct Turns {
    std::uint64_t operations = 0;
    std::int64_t ns = 0;

    void add(std::uint64_t more, std::int64_t in_ns) {
      operations += more;
      ns += in_ns;
    }
    double per_s() const { return ns > 0 ? 1e9 * static_cast<double>(operations) / static_cast<double>(ns) : 0; }
  };
  Turns own;
  Turns reference;
};

struct Plan {
  TrialOptions options;
  int callers = 1;
  std::int64_t start_ns = 0;  // all threads begin here
  std::int64_t warm_ns = 0;   // slices are counted from here
  std::int64_t end_ns = 0;
};

using Workers = std::vector<std::unique_ptr<Worker>>;

// The window in which calls that are due count.
OpenLoopWindow window_of(const Plan& plan);

// Runs each worker in a thread of its own, pinned unless the system has its own, from plan.start_ns until plan.end_ns, and
// joins them. `references` take turns with the workers; it may be empty.
void run_threads(Workers& workers, Workers& references, std::vector<ThreadRecord>& records, const Plan& plan);

}  // namespace contend
