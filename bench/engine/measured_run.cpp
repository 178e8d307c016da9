#include "bench/engine/measured_run.hpp"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>
#include <thread>

#include "bench/engine/machine.hpp"
#include "bench/engine/open_loop.hpp"
#include "bench/engine/time_histogram.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t now_ns() {
  return Clock::now().time_since_epoch().count();
}

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
};

struct Plan {
  TrialOptions options;
  int callers = 1;
  std::int64_t start_ns = 0;  // all threads begin here
  std::int64_t warm_ns = 0;   // slices are counted from here
  std::int64_t end_ns = 0;
};

// Counts operations that took from begin to end. Where they span several slices, they are divided among these by time,
// so that a call may be longer than a slice.
void note(ThreadRecord& mine, const Plan& plan, std::int64_t begin_ns, std::int64_t end_ns, std::uint64_t operations) {
  constexpr auto slice_ns = static_cast<std::int64_t>(slice_ms * 1e6);
  if (end_ns <= plan.warm_ns) return;
  const auto done_until = [&](std::int64_t at_ns) {
    if (at_ns >= end_ns) return operations;
    const double part = static_cast<double>(at_ns - begin_ns) / static_cast<double>(end_ns - begin_ns);
    return part <= 0 ? 0 : static_cast<std::uint64_t>(part * static_cast<double>(operations));
  };
  std::int64_t slice = std::max<std::int64_t>(begin_ns - plan.warm_ns, 0) / slice_ns;
  std::uint64_t counted = done_until(plan.warm_ns + slice * slice_ns);
  for (; slice < max_trial_slices && counted < operations; ++slice) {
    const std::uint64_t until = done_until(plan.warm_ns + (slice + 1) * slice_ns);
    mine.slices[static_cast<std::size_t>(slice)] += static_cast<std::uint32_t>(until - counted);
    counted = until;
  }
}

// A slowdown that is known: the caller is busy with nothing.
std::int64_t idle(std::int64_t at_ns, double for_ns) {
  const std::int64_t end_ns = at_ns + std::llround(for_ns);
  while (at_ns < end_ns) at_ns = now_ns();
  return at_ns;
}

// Batches with the clock read twice: before the last call, which is timed by itself, and after it. A batch is large enough
// to hide the clock and short beside a slice: 64 calls on average, fewer of slow ones. Its length is drawn, so that the
// calls that are timed do not repeat with the ring, or the same few would stand for all (Knuth's MMIX generator).
void run_batches(Worker& worker, ThreadRecord& mine, const Plan& plan) {
  constexpr std::uint32_t largest_batch = 64;
  const std::uint32_t per_call = worker.operations_per_call();
  std::uint32_t batch = 1;  // on average
  std::uint64_t state = plan.options.seed;
  std::int64_t at_ns = now_ns();
  while (at_ns < plan.end_ns) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto others = static_cast<std::uint32_t>((state >> 32) * (2 * batch - 1) >> 32);
    const std::int64_t begin_ns = at_ns;
    worker.run(others);
    const std::int64_t before_ns = now_ns();
    worker.run(1);
    at_ns = now_ns();
    if (at_ns >= plan.warm_ns) mine.times.add(at_ns - before_ns);
    at_ns = idle(at_ns, plan.options.slowed_by * static_cast<double>(at_ns - begin_ns));
    note(mine, plan, begin_ns, at_ns, (std::uint64_t{others} + 1) * per_call);
    if (at_ns - begin_ns < 50'000) {
      batch = std::min(2 * batch, largest_batch);
    } else if (at_ns - begin_ns > 200'000) {
      batch = std::max(batch / 2, 1U);
    }
  }
}

// One call at a time, with the others' progress read before and after: the calls that they complete meanwhile measure
// a wait that does not depend on the speed of the machine.
void run_watching(Worker& worker, std::vector<ThreadRecord>& records, std::size_t me, const Plan& plan) {
  ThreadRecord& mine = records[me];
  const auto others = [&] {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < records.size(); ++i) sum += i == me ? 0 : records[i].published.load();
    return sum;
  };
  for (std::int64_t at_ns = now_ns(); at_ns < plan.end_ns; at_ns = now_ns()) {
    const std::uint64_t before = others();
    worker.run(1);
    mine.published.fetch_add(1);
    const std::uint64_t bypassed = others() - before;
    if (at_ns >= plan.warm_ns) mine.longest_wait = std::max(mine.longest_wait, bypassed);
    note(mine, plan, at_ns, now_ns(), worker.operations_per_call());
  }
}

OpenLoopWindow window_of(const Plan& plan) {
  return {plan.warm_ns, plan.end_ns};
}

void run_scheduled(Worker& worker, ThreadRecord& mine, const Plan& plan) {
  mine.schedule->begin(plan.start_ns);
  mine.counts = run_open_loop(worker, *mine.schedule, window_of(plan), mine.times);
}

void run_threads(std::vector<std::unique_ptr<Worker>>& workers, std::vector<ThreadRecord>& records, const Plan& plan) {
  const std::vector<int> cpus = allowed_cpus();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    threads.emplace_back([&, i] {
      if (!cpus.empty() && !plan.options.own_threads) pin_to(cpus[i % cpus.size()]);
      // A timestamp instead of a latch: no thread is woken late. Yielding lets all threads arrive, even on fewer cores.
      while (now_ns() < plan.start_ns) std::this_thread::yield();
      records[i].start_ns = now_ns();
      if (plan.options.rate_per_s > 0) {
        run_scheduled(*workers[i], records[i], plan);
      } else if (plan.options.watch_bypass) {
        run_watching(*workers[i], records, i, plan);
      } else {
        run_batches(*workers[i], records[i], plan);
      }
      records[i].end_ns = now_ns();
    });
  }
}

void summarize(const std::vector<ThreadRecord>& records, const Plan& plan, TrialResult& result) {
  result.operations_of.resize(records.size());
  result.slice_operations.resize(records.size());
  std::int64_t last_start = 0;
  std::int64_t first_start = plan.end_ns;
  std::int64_t first_end = records[0].end_ns;
  std::int64_t last_end = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const ThreadRecord& record = records[i];
    result.times.merge(record.times);
    last_start = std::max(last_start, record.start_ns);
    first_start = std::min(first_start, record.start_ns);
    first_end = std::min(first_end, record.end_ns);
    last_end = std::max(last_end, record.end_ns);
    result.longest_wait_calls = std::max(result.longest_wait_calls, record.longest_wait);
  }
  // Only whole slices in which all threads ran: a late starter takes the first slices away, an early end the last.
  const auto slices_until = [&](std::int64_t at_ns) {
    return std::max(0.0, static_cast<double>(at_ns - plan.warm_ns) / (slice_ms * 1e6));
  };
  const int first = std::min(static_cast<int>(std::ceil(slices_until(last_start))), max_trial_slices);
  const int end = std::min(static_cast<int>(slices_until(std::min(first_end, plan.end_ns))), max_trial_slices);
  result.slices = std::max(end - first, 0);
  result.window_s = result.slices * slice_ms / 1e3;
  result.overlap = static_cast<double>(first_end - last_start) /
                   static_cast<double>(std::max<std::int64_t>(last_end - first_start, 1));
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (std::size_t slice = 0; slice < static_cast<std::size_t>(result.slices); ++slice) {
      const std::uint32_t operations = records[i].slices[static_cast<std::size_t>(first) + slice];
      result.operations_of[i] += operations;
      result.slice_operations[i][slice] = operations;
    }
    result.operations += result.operations_of[i];
  }
}

// A schedule has no slices: what was due in the window counts, whenever it was served.
void summarize_scheduled(const std::vector<ThreadRecord>& records, std::uint32_t operations_per_call, const Plan& plan,
                         TrialResult& result) {
  OpenLoopCounts counts;
  for (std::size_t i = 0; i < records.size(); ++i) {
    counts.merge(records[i].counts);
    result.operations_of[i] = records[i].counts.served * operations_per_call;
    result.operations += result.operations_of[i];
  }
  result.window_s = 1e-9 * static_cast<double>(plan.end_ns - plan.warm_ns);
  result.due = counts.due;
  result.served = counts.served;
  result.behind = counts.behind(plan.callers, window_of(plan));
}

void note_own_work(const std::vector<std::uint64_t>& before, const std::vector<std::uint64_t>& after,
                   TrialResult& result) {
  result.own_threads = static_cast<int>(after.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    result.work_of_own.push_back(after[i] - (i < before.size() ? before[i] : 0));
  }
}

void note_disturbance(const CpuUse& before, const CpuUse& after, double wall_s, TrialResult& result) {
  const double busy_s = after.busy_s - before.busy_s;
  const double own_s = after.own_s - before.own_s;
  // The kernel counts CPU use in hundredths of a second: one tick more or less on each CPU is not a disturbance.
  constexpr double rounding_s = 0.02;
  result.others_core = std::max(0.0, busy_s - own_s - rounding_s) / wall_s;
  result.stolen_core = (after.stolen_s - before.stolen_s) / wall_s;
  result.involuntary_switches = after.involuntary_switches - before.involuntary_switches;
}

}  // namespace

TrialResult run_here(const std::function<std::unique_ptr<TrialSubject>()>& prepare, const TrialOptions& options) {
  TrialResult result;
  const std::unique_ptr<TrialSubject> subject = prepare();
  const auto before = mallinfo2();
  subject->prefill();
  const auto after = mallinfo2();
  const double grown =
      static_cast<double>(after.uordblks + after.hblkhd) - static_cast<double>(before.uordblks + before.hblkhd);
  // With few entries, the fixed parts of a structure would hide what an entry takes.
  constexpr std::size_t least_entries = 1000;
  if (subject->entries() >= least_entries) result.bytes_per_entry = grown / static_cast<double>(subject->entries());

  std::vector<std::unique_ptr<Worker>> workers;
  result.threads = options.own_threads ? 1 : options.threads;
  for (int i = 0; i < result.threads; ++i) {
    workers.push_back(subject->make_worker(i, options.seed * 64 + static_cast<std::uint64_t>(i)));
  }
  result.more_threads = threads_of_process() - 1;
  std::vector<ThreadRecord> records(workers.size());
  for (std::size_t i = 0; options.rate_per_s > 0 && i < records.size(); ++i) {
    // Each caller has its part of the rate, and gaps of its own.
    const double operations_a_call = workers[i]->operations_per_call();
    records[i].schedule.emplace(options.rate_per_s / operations_a_call / result.threads, options.seed * 64 + i);
  }
  Plan plan{options, result.threads, now_ns() + 5'000'000, 0, 0};
  plan.warm_ns = plan.start_ns + options.window_ms * 200'000LL;
  plan.end_ns = plan.warm_ns + options.window_ms * 1'000'000LL + 1'000'000;
  result.canary_before_ns = canary_ns();
  const std::vector<std::uint64_t> work_before = subject->work_of_threads();
  const CpuUse before_use = cpu_use();
  const std::int64_t wall_before = now_ns();
  run_threads(workers, records, plan);
  const double wall_s = 1e-9 * static_cast<double>(now_ns() - wall_before);
  note_disturbance(before_use, cpu_use(), wall_s, result);
  result.canary_after_ns = canary_ns();
  summarize(records, plan, result);
  if (options.rate_per_s > 0) summarize_scheduled(records, workers.front()->operations_per_call(), plan, result);
  note_own_work(work_before, subject->work_of_threads(), result);
  const TrialSubject::Attempts attempts = subject->attempts();
  result.served_share = subject->served_share();
  result.attempts = attempts.attempts;
  result.aborts = attempts.aborts;
  if (const std::string wrong = options.control ? "" : subject->validate(); !wrong.empty()) {
    result.status = TrialStatus::invalid;
    std::snprintf(result.message.data(), result.message.size(), "%s", wrong.c_str());
  }
  return result;
}

}  // namespace contend
