#include "bench/engine/calling_threads.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "bench/engine/machine.hpp"

namespace contend {
namespace {

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

void run_scheduled(Worker& worker, ThreadRecord& mine, const Plan& plan) {
  mine.schedule->begin(plan.start_ns);
  mine.counts = run_open_loop(worker, *mine.schedule, window_of(plan), mine.times);
}

}  // namespace

OpenLoopWindow window_of(const Plan& plan) {
  return {plan.warm_ns, plan.end_ns};
}

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

}  // namespace contend
