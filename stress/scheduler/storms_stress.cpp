// Attacks on schedulers by calls from outside: cancel storms and shutdown storms.

#include <fmt/format.h>

#include "impls/base/clock.hpp"
#include "stress/scheduler/plan.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::scheduler {
namespace {

// --- cancels: what has been cancelled does not start again, nor does anything that depends on it ---

// Moments, so that "after" can be told without a clock.
class Moments {
 public:
  std::uint64_t next() { return ++last_; }

 private:
  std::atomic<std::uint64_t> last_{0};
};

struct CancelCounts {
  std::uint64_t cancels = 0;  // that won
  std::uint64_t too_late = 0;
  std::uint64_t started_after = 0;
  std::uint64_t wrong_ends = 0;
  std::uint64_t wrong_counts = 0;
  std::string evidence;
};

class CancelRound {
 public:
  CancelRound(const Subject<Scheduler>& subject, std::uint64_t seed, int threads)
      : seed_(seed),
        random_(seed),
        threads_(threads),
        plan_(random_plan(random_, 20 + random_() % 100, true)),
        last_start_(plan_.size()),
        cancelled_at_(plan_.size()) {
    scheduler_ = subject.make({.workers = threads, .clock = &clock_, .seed = seed});
    add_plan(*scheduler_, plan_, random_, [this](std::size_t i) {
      return [this, i](TaskContext& context) {
        // Work that a worker had taken before the cancel may still begin; it is asked to stop from its beginning.
        const std::uint64_t moment = moments_.next();
        if (!context.stop_requested()) last_start_[i] = moment;
        ++done_;
        if (i % 3 == 0) std::this_thread::yield();
        return context.attempt() > plan_[i].failures ? Outcome::success : Outcome::failure;
      };
    });
  }

  void run(CancelCounts& counts) {
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> too_late{0};
    run_threads(threads_, [&](int thread) {
      if (thread == 0) {
        scheduler_->run();
        over = true;
        return;
      }
      std::mt19937_64 random(seed_ * 1000 + static_cast<std::uint64_t>(thread));
      while (done_ == 0 && !over) std::this_thread::yield();
      for (int call = 0; call < 30 && !over; ++call) {
        const std::size_t victim = random() % plan_.size();
        const CancelStatus answer = scheduler_->cancel(planned_name(victim));
        if (answer == CancelStatus::cancelled) cancelled_at_[victim] = moments_.next();
        if (answer == CancelStatus::already_final) ++too_late;
        if (random() % 4 == 0) std::this_thread::yield();
      }
    });
    counts.too_late += too_late;
    check(counts);
  }

 private:
  void check(CancelCounts& counts) {
    // The earliest moment at which a task was out of the run, itself or through what it depends on.
    std::vector<std::uint64_t> out_at(plan_.size(), 0);
    std::uint64_t cancelled_tasks = 0;
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      out_at[i] = cancelled_at_[i];
      for (const std::size_t dependency : plan_[i].dependencies) {
        const std::uint64_t through = out_at[dependency];
        if (through != 0 && (out_at[i] == 0 || through < out_at[i])) out_at[i] = through;
      }
      const TaskReport end = scheduler_->task(planned_name(i)).value();
      counts.cancels += cancelled_at_[i] != 0 ? 1U : 0U;
      cancelled_tasks += end.state == TaskState::cancelled ? 1U : 0U;
      const bool started_after = out_at[i] != 0 && last_start_[i] > out_at[i];
      // Its dependents may have been skipped before, because something else failed.
      const bool wrong_end = (cancelled_at_[i] != 0 && end.state != TaskState::cancelled) ||
                             (out_at[i] != 0 && end.state == TaskState::succeeded) || !is_final(end.state);
      counts.started_after += started_after ? 1U : 0U;
      counts.wrong_ends += wrong_end ? 1U : 0U;
      if ((started_after || wrong_end) && counts.evidence.empty()) {
        counts.evidence = fmt::format("seed {}: {} is {}, cancelled at moment {}, started last at {}", seed_,
                                      planned_name(i), to_string(end.state), out_at[i], last_start_[i].load());
      }
    }
    const Report report = scheduler_->report();
    if (report.cancelled != cancelled_tasks || report.left != 0) ++counts.wrong_counts;
  }

  const std::uint64_t seed_;
  std::mt19937_64 random_;
  const int threads_;
  const Plan plan_;
  std::vector<std::atomic<std::uint64_t>> last_start_;
  std::vector<std::atomic<std::uint64_t>> cancelled_at_;  // of a broken one two cancels may win
  Moments moments_;
  std::atomic<std::uint64_t> done_{0};
  SimulatedClock clock_;
  std::unique_ptr<Scheduler> scheduler_;  // last: its workers go first
};

AttackReport attack_cancels(const Subject<Scheduler>& subject, const AttackOptions& options) {
  AttackReport report;
  CancelCounts counts;
  const int threads = std::max(options.threads, 2);
  repeat_rounds(options, [&](std::uint64_t seed) {
    CancelRound(subject, seed, threads).run(counts);
    options.count_operation();
    return counts.started_after + counts.wrong_ends + counts.wrong_counts == 0;
  });
  report.add("cancels that won", counts.cancels, Expectation::required, "while the graph ran");
  report.add("cancels too late", counts.too_late, Expectation::allowed, "the task had come to its end");
  report.add("started after", counts.started_after, Expectation::forbidden,
             "work began although it, or what it depends on, had been cancelled");
  report.add("wrong ends", counts.wrong_ends, Expectation::forbidden, "a cancelled task came to another end");
  report.add("wrong counts", counts.wrong_counts, Expectation::forbidden, "the report does not count the cancelled");
  if (!counts.evidence.empty()) report.conclude(Verdict::illegal, counts.evidence);
  return report;
}
const bool cancels_registered = register_attack<Scheduler>(
    {"cancels", "cancelled tasks and their dependents do not start, and come to that end once", attack_cancels});

// --- shutdowns: a run ends when it is told to, nothing starts afterwards, and everybody comes home ---

// Owns all that a round touches, because a round that hangs is left behind.
struct ShutdownRound {
  std::uint64_t seed = 0;
  int threads = 2;
  Plan plan;
  SimulatedClock clock;
  std::atomic<std::uint64_t> started{0};
  std::atomic<bool> stopped{false};
  std::atomic<int> started_after{0};
  std::atomic<bool> wrong_status{false};
  std::atomic<bool> wrong_counts{false};
  std::atomic<bool> ended_early{false};
  std::unique_ptr<Scheduler> scheduler;

  void call_shutdown(ShutdownMode mode) {
    scheduler->shutdown(mode);
    if (mode != ShutdownMode::drain) stopped = true;
  }
  void run();
};

void ShutdownRound::run() {
  std::mt19937_64 random(seed + 77);
  const auto mode = static_cast<ShutdownMode>(random() % 3);
  const std::uint64_t when = random() % plan.size();
  const bool from_inside = random() % 2 == 0;
  add_plan(*scheduler, plan, random, [&](std::size_t) {
    return [this, mode, when, from_inside](TaskContext&) {
      if (stopped) ++started_after;
      if (++started == when && from_inside) call_shutdown(mode);
      return Outcome::success;
    };
  });
  std::atomic<bool> over{false};
  run_threads(threads, [&](int thread) {
    if (thread == 0) {
      const RunStatus status = scheduler->run().status;
      over = true;
      const bool may_stop = mode != ShutdownMode::drain;
      if (status != RunStatus::completed && status != RunStatus::shut_down &&
          !(may_stop && status == RunStatus::stopped)) {
        wrong_status = true;
      }
      const Report report = scheduler->report();
      if (status != RunStatus::shut_down && report.left != 0) wrong_counts = true;
      if (report.attempts != started || report.succeeded != started) wrong_counts = true;
      if (status == RunStatus::completed && started != plan.size()) ended_early = true;
      return;
    }
    while (started < when && !over) std::this_thread::yield();
    call_shutdown(mode);
  });
  if (started_after > threads) wrong_status = true;  // each worker may have taken one before
  scheduler.reset();
}

AttackReport attack_shutdowns(const Subject<Scheduler>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t rounds = 0;
  std::uint64_t hung = 0;
  std::uint64_t wrong = 0;
  std::uint64_t wrong_counts = 0;
  std::uint64_t ended_early = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto round = std::make_shared<ShutdownRound>();
    std::mt19937_64 random(seed);
    round->seed = seed;
    round->threads = std::max(options.threads, 2);
    round->plan = random_plan(random, 1 + random() % 60, false);
    round->scheduler = subject.make({.workers = round->threads, .clock = &round->clock, .seed = seed});
    ++rounds;
    options.count_operation();
    if (!ends_within(std::chrono::seconds(5), [round] { round->run(); })) {
      ++hung;
      report.conclude(Verdict::illegal, fmt::format("seed {}: run or the destructor never returned", seed));
      return false;
    }
    wrong += round->wrong_status ? 1U : 0U;
    wrong_counts += round->wrong_counts ? 1U : 0U;
    ended_early += round->ended_early ? 1U : 0U;
    return wrong + wrong_counts + ended_early == 0;
  });
  report.add("rounds", rounds, Expectation::required, "each shut down from several threads, half also from inside");
  report.add("hung", hung, Expectation::forbidden, "a run, or the destructor, did not return within 5 s");
  report.add("wrong ends", wrong, Expectation::forbidden, "another status than the mode allows, or starts afterwards");
  report.add("wrong counts", wrong_counts, Expectation::forbidden, "the report does not add up with what ran");
  report.add("ended early", ended_early, Expectation::forbidden, "called completed before everything had run");
  return report;
}
const bool shutdowns_registered = register_attack<Scheduler>(
    {"shutdowns", "drain, stop and abort from all sides: the run ends, nothing starts afterwards, nobody hangs",
     attack_shutdowns});

}  // namespace
}  // namespace contend::scheduler
