// Cancel storms: what has been cancelled does not start again, nor does anything that depends on it.

#include <fmt/core.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "impls/base/clock.hpp"
#include "stress/driver/attack.hpp"
#include "stress/scheduler/adding.hpp"

namespace contend::scheduler {
namespace {

constexpr Sized least_cancel_tasks{.full = 20, .small = {2, 4}};
constexpr Sized more_cancel_tasks{.full = 100, .small = {2, 5}};  // up to so many more
constexpr Sized cancel_calls{.full = 30, .small = {2, 6}};
constexpr Sized tasks_for_a_yield{.full = 3, .small = {1, 2}};  // one of so many gives its core away

// Moments, so that "after" can be told without a clock.
class Moments {
 public:
  std::uint64_t next() { return ++last_; }

 private:
  std::atomic<std::uint64_t> last_{0};
};

struct CancelOutcomes {
  Round& round;
  Outcomes::Counter& cancels = round.required("cancels that won", "while the graph ran");
  Outcomes::Counter& too_late = round.allowed("cancels too late", "the task had come to its end");
  Outcomes::Counter& started_after =
      round.forbidden("started after", "work began although it, or what it depends on, had been cancelled");
  Outcomes::Counter& wrong_ends = round.forbidden("wrong ends", "a cancelled task came to another end");
  Outcomes::Counter& wrong_counts = round.forbidden("wrong counts", "the report does not count the cancelled");
};

class CancelRound {
 public:
  CancelRound(const Subject<Scheduler>& subject, Round& round)
      : round_(round),
        seen_(round),
        calls_(round.size(cancel_calls)),
        yield_every_(static_cast<std::size_t>(round.size(tasks_for_a_yield))),
        plan_(random_plan(round.random(), draw_tasks(round), true)),
        last_start_(plan_.size()),
        cancelled_at_(plan_.size()) {
    scheduler_ = subject.make({.workers = round.threads(2), .clock = &clock_, .seed = round.seed()});
    add_plan(*scheduler_, plan_, round.random(), [this](std::size_t i) {
      return [this, i](TaskContext& context) {
        // Work that a worker had taken before the cancel may still begin; it is asked to stop from its beginning.
        const std::uint64_t moment = moments_.next();
        if (!context.stop_requested()) last_start_[i] = moment;
        ++done_;
        if (i % yield_every_ == 0) std::this_thread::yield();
        return context.attempt() > plan_[i].failures ? Outcome::success : Outcome::failure;
      };
    });
  }

  void run() {
    std::atomic<bool> over{false};
    round_.run_threads(round_.threads(2), [&](int thread) {
      if (thread == 0) {
        scheduler_->run();
        over = true;
        return;
      }
      std::mt19937_64 random = round_.random_of(thread);
      yield_until([&] { return done_ > 0 || over; });
      for (int call = 0; call < calls_ && !over; ++call) {
        const std::size_t victim = random() % plan_.size();
        const CancelStatus answer = scheduler_->cancel(planned_name(victim));
        if (answer == CancelStatus::cancelled) cancelled_at_[victim] = moments_.next();
        if (answer == CancelStatus::already_final) ++seen_.too_late;
        if (random() % 4 == 0) std::this_thread::yield();
      }
    });
    check();
  }

 private:
  static std::size_t draw_tasks(Round& round) {
    const auto least = static_cast<std::size_t>(round.size(least_cancel_tasks));
    return least + round.random()() % static_cast<std::size_t>(round.size(more_cancel_tasks));
  }

  void check() {
    // The earliest moment at which a task was out of the run, itself or through what it depends on.
    std::vector<std::uint64_t> out_at(plan_.size(), 0);
    std::uint64_t cancelled_tasks = 0;
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      out_at[i] = cancelled_at_[i];
      for (const std::size_t dependency : plan_[i].dependencies) {
        const std::uint64_t through = out_at[dependency];
        if (through != 0 && (out_at[i] == 0 || through < out_at[i])) out_at[i] = through;
      }
      const TaskState end = scheduler_->task(planned_name(i)).value().state;
      if (cancelled_at_[i] != 0) ++seen_.cancels;
      if (end == TaskState::cancelled) ++cancelled_tasks;
      const bool started_after = out_at[i] != 0 && last_start_[i] > out_at[i];
      // Its dependents may have been skipped before, because something else failed.
      const bool wrong_end = (cancelled_at_[i] != 0 && end != TaskState::cancelled) ||
                             (out_at[i] != 0 && end == TaskState::succeeded) || !is_final(end);
      if (started_after) ++seen_.started_after;
      if (wrong_end) ++seen_.wrong_ends;
      if (!started_after && !wrong_end) continue;
      round_.conclude(Verdict::illegal, fmt::format("{} is {}, cancelled at moment {}, started last at {}",
                                                    planned_name(i), to_string(end), out_at[i], last_start_[i].load()));
    }
    const Report report = scheduler_->report();
    if (report.cancelled != cancelled_tasks || report.left != 0) ++seen_.wrong_counts;
  }

  Round& round_;
  CancelOutcomes seen_;
  const int calls_;
  const std::size_t yield_every_;
  const Plan plan_;
  std::vector<std::atomic<std::uint64_t>> last_start_;
  std::vector<std::atomic<std::uint64_t>> cancelled_at_;  // of a broken one two cancels may win
  Moments moments_;
  std::atomic<std::uint64_t> done_{0};
  SimulatedClock clock_;
  std::unique_ptr<Scheduler> scheduler_;  // last: its workers go first
};

void round_of_cancels(const Subject<Scheduler>& subject, Round& round) {
  CancelRound(subject, round).run();
  round.count_operation();
}
const bool cancels_registered = register_attack<Scheduler>(
    {"cancels", "cancelled tasks and their dependents do not start, and come to that end once", round_of_cancels});

}  // namespace
}  // namespace contend::scheduler
