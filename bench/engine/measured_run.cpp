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
class Batches {
 public:
  Batches(Worker& worker, std::uint64_t seed, double slowed_by)
      : worker_(worker), slowed_by_(slowed_by), state_(seed), per_call_(worker.operations_per_call()) {}

  struct Batch {
    std::int64_t end_ns = 0;
    std::uint64_t operations = 0;
    std::int64_t timed_at_ns = 0;  // when the call that was timed ended
    std::int64_t timed_ns = 0;
  };
  Batch run(std::int64_t begin_ns) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const auto others = static_cast<std::uint32_t>((state_ >> 32) * (2 * calls_ - 1) >> 32);
    worker_.run(others);
    const std::int64_t before_ns = now_ns();
    worker_.run(1);
    const std::int64_t done_ns = now_ns();
    const std::int64_t end_ns = idle(done_ns, slowed_by_ * static_cast<double>(done_ns - begin_ns));
    if (end_ns - begin_ns < 50'000) {
      calls_ = std::min(2 * calls_, largest);
    } else if (end_ns - begin_ns > 200'000) {
      calls_ = std::max(calls_ / 2, 1U);
    }
    return {end_ns, (std::uint64_t{others} + 1) * per_call_, done_ns, done_ns - before_ns};
  }

 private:
  static constexpr std::uint32_t largest = 64;

  Worker& worker_;
  const double slowed_by_;
  std::uint64_t state_;
  const std::uint32_t per_call_;
  std::uint32_t calls_ = 1;  // on average
};

void run_batches(Worker& worker, ThreadRecord& mine, const Plan& plan) {
  Batches batches(worker, plan.options.seed, plan.options.slowed_by);
  for (std::int64_t at_ns = now_ns(); at_ns < plan.end_ns;) {
    const Batches::Batch batch = batches.run(at_ns);
    if (batch.timed_at_ns >= plan.warm_ns) mine.times.add(batch.timed_ns);
    note(mine, plan, at_ns, batch.end_ns, batch.operations);
    at_ns = batch.end_ns;
  }
}

// The worker's turn and the reference's, by the clock, so that all callers are in the same one. A single caller whose calls
// are longer than a turn changes after each, or one of the two might never have its turn.
void run_turns(Worker& worker, Worker& reference, ThreadRecord& mine, const Plan& plan) {
  constexpr auto turn_ns = static_cast<std::int64_t>(slice_ms * 1e6);
  Batches own(worker, plan.options.seed, plan.options.slowed_by);
  Batches others(reference, plan.options.seed, 0);
  bool is_own = !plan.options.reference_first;
  std::int64_t turn_began_ns = now_ns();
  for (std::int64_t at_ns = turn_began_ns; at_ns < plan.end_ns;) {
    const Batches::Batch batch = (is_own ? own : others).run(at_ns);
    if (at_ns >= plan.warm_ns) {
      if (is_own) mine.times.add(batch.timed_ns);
      (is_own ? mine.own : mine.reference).add(batch.operations, batch.end_ns - at_ns);
    }
    at_ns = batch.end_ns;
    if (plan.callers > 1) {
      is_own = ((at_ns - plan.start_ns) / turn_ns % 2 == 0) != plan.options.reference_first;
    } else if (at_ns - turn_began_ns >= turn_ns) {
      is_own = !is_own;
      turn_began_ns = at_ns;
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

using Workers = std::vector<std::unique_ptr<Worker>>;

// `references` may be empty.
void run_threads(Workers& workers, Workers& references, std::vector<ThreadRecord>& records, const Plan& plan) {
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
      } else if (!references.empty()) {
        run_turns(*workers[i], *references[i], records[i], plan);
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

// Turns have no slices: each caller's speed is that of its own turns.
void summarize_turns(const std::vector<ThreadRecord>& records, TrialResult& result) {
  double per_s = 0;
  double reference_per_s = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    result.operations_of[i] = records[i].own.operations;
    result.operations += records[i].own.operations;
    per_s += records[i].own.per_s();
    reference_per_s += records[i].reference.per_s();
  }
  result.slices = 0;
  result.window_s = per_s > 0 ? static_cast<double>(result.operations) / per_s : 0;
  result.reference_per_s = reference_per_s;
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

Workers workers_of(TrialSubject& subject, const TrialOptions& options, int callers) {
  Workers workers;
  for (int i = 0; i < callers; ++i) {
    workers.push_back(subject.make_worker(i, options.seed * 64 + static_cast<std::uint64_t>(i)));
  }
  return workers;
}

Plan plan_of(const TrialOptions& options, int callers, bool turns) {
  Plan plan{options, callers, now_ns() + 5'000'000, 0, 0};
  const std::int64_t share_ns = options.window_ms * 1'000'000LL;  // of each of those who take turns
  plan.warm_ns = plan.start_ns + (turns ? 2 : 1) * share_ns / 5;
  plan.end_ns = plan.warm_ns + (turns ? 2 : 1) * share_ns + 1'000'000;
  return plan;
}

// Says of both whether their state is correct, of the other one by name.
void validate(TrialSubject& subject, TrialSubject* reference, TrialResult& result) {
  std::string wrong = subject.validate();
  if (wrong.empty() && reference != nullptr) {
    wrong = reference->validate();
    if (!wrong.empty()) wrong = "the reference beside it: " + wrong;
  }
  if (wrong.empty()) return;
  result.status = TrialStatus::invalid;
  std::snprintf(result.message.data(), result.message.size(), "%s", wrong.c_str());
}

// Made and filled, with what that took.
std::unique_ptr<TrialSubject> fill(const PrepareSubject& prepare, TrialResult& result) {
  const int threads_before = threads_of_process();
  std::unique_ptr<TrialSubject> subject = prepare();
  const auto before = mallinfo2();
  subject->prefill();
  const auto after = mallinfo2();
  const double grown =
      static_cast<double>(after.uordblks + after.hblkhd) - static_cast<double>(before.uordblks + before.hblkhd);
  // With few entries, the fixed parts of a structure would hide what an entry takes.
  constexpr std::size_t least_entries = 1000;
  if (subject->entries() >= least_entries) result.bytes_per_entry = grown / static_cast<double>(subject->entries());
  result.more_threads = threads_of_process() - threads_before;
  return subject;
}

}  // namespace

TrialResult run_here(const PrepareSubject& prepare, const TrialOptions& options, const PrepareSubject& reference) {
  TrialResult result;
  TrialResult of_reference;
  std::unique_ptr<TrialSubject> beside;
  if (reference && options.reference_first) beside = fill(reference, of_reference);
  const std::unique_ptr<TrialSubject> subject = fill(prepare, result);
  if (reference && !options.reference_first) beside = fill(reference, of_reference);

  result.threads = options.own_threads ? 1 : options.threads;
  Workers workers = workers_of(*subject, options, result.threads);
  Workers references = beside ? workers_of(*beside, options, result.threads) : Workers();
  std::vector<ThreadRecord> records(workers.size());
  for (std::size_t i = 0; options.rate_per_s > 0 && i < records.size(); ++i) {
    // Each caller has its part of the rate, and gaps of its own.
    const double operations_a_call = workers[i]->operations_per_call();
    records[i].schedule.emplace(options.rate_per_s / operations_a_call / result.threads, options.seed * 64 + i);
  }
  const Plan plan = plan_of(options, result.threads, beside != nullptr);
  result.canary_before_ns = canary_ns();
  const std::vector<std::uint64_t> work_before = subject->work_of_threads();
  const CpuUse before_use = cpu_use();
  const std::int64_t wall_before = now_ns();
  run_threads(workers, references, records, plan);
  const double wall_s = 1e-9 * static_cast<double>(now_ns() - wall_before);
  note_disturbance(before_use, cpu_use(), wall_s, result);
  result.canary_after_ns = canary_ns();
  summarize(records, plan, result);
  if (options.rate_per_s > 0) summarize_scheduled(records, workers.front()->operations_per_call(), plan, result);
  if (beside) summarize_turns(records, result);
  note_own_work(work_before, subject->work_of_threads(), result);
  const TrialSubject::Attempts attempts = subject->attempts();
  result.served_share = subject->served_share();
  result.attempts = attempts.attempts;
  result.aborts = attempts.aborts;
  if (!options.control) validate(*subject, beside.get(), result);
  return result;
}

}  // namespace contend
