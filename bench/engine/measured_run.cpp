#include "bench/engine/measured_run.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>

#include "bench/engine/calling_threads.hpp"
#include "bench/engine/machine.hpp"

namespace contend {
namespace {

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

// What a design puts off until it is first called, such as the order of all that it was filled with, belongs to the filling: in
// the window it could take the reference's turns too. A system with threads of its own is filled anew by each call.
void call_once(Workers& workers, const TrialOptions& options) {
  if (!workers.empty() && !options.own_threads) workers.front()->run(1);
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
  call_once(workers, options);
  call_once(references, options);
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
