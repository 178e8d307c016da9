// Shutdown storms: a run ends when it is told to, nothing starts afterwards, and everybody comes home. A run or a
// destructor that does not return is the driver's to find.

#include <atomic>
#include <memory>

#include "impls/base/clock.hpp"
#include "stress/driver/attack.hpp"
#include "stress/scheduler/adding.hpp"

namespace contend::scheduler {
namespace {

constexpr Sized shutdown_tasks{.full = 60, .small = {3, 8}};  // at most

struct ShutdownOutcomes {
  Round& round;
  Outcomes::Counter& wrong_ends =
      round.forbidden("wrong ends", "another status than the mode allows, or starts afterwards");
  Outcomes::Counter& wrong_counts = round.forbidden("wrong counts", "the report does not add up with what ran");
  Outcomes::Counter& ended_early = round.forbidden("ended early", "called completed before everything had run");
};

class ShutdownRound {
 public:
  ShutdownRound(const Subject<Scheduler>& subject, Round& round)
      : round_(round),
        seen_(round),
        plan_(random_plan(round.random(), draw_tasks(round), false)),
        mode_(static_cast<ShutdownMode>(round.random()() % 3)),
        when_(round.random()() % plan_.size()),
        from_inside_(round.random()() % 2 == 0),
        scheduler_(subject.make({.workers = workers(), .clock = &clock_, .seed = round.seed()})) {
    add_plan(*scheduler_, plan_, round.random(), [this](std::size_t) {
      return [this](TaskContext&) {
        if (stopped_) ++started_after_;
        if (++started_ == when_ && from_inside_) call_shutdown();
        return Outcome::success;
      };
    });
  }

  void run() {
    std::atomic<bool> over{false};
    round_.run_threads(workers(), [&](int thread) {
      if (thread == 0) {
        const RunStatus status = scheduler_->run().status;
        over = true;
        check(status, scheduler_->report());
        return;
      }
      yield_until([&] { return started_ >= when_ || over; });
      call_shutdown();
    });
    if (started_after_ > workers()) ++seen_.wrong_ends;  // each worker may have taken one before
  }

 private:
  static std::size_t draw_tasks(Round& round) {
    return 1 + round.random()() % static_cast<std::size_t>(round.size(shutdown_tasks));
  }
  int workers() const { return round_.threads(2); }

  void call_shutdown() {
    scheduler_->shutdown(mode_);
    if (mode_ != ShutdownMode::drain) stopped_ = true;
  }

  void check(RunStatus status, const Report& report) {
    const bool stopped = mode_ != ShutdownMode::drain && status == RunStatus::stopped;
    if (status != RunStatus::completed && status != RunStatus::shut_down && !stopped) ++seen_.wrong_ends;
    if (status != RunStatus::shut_down && report.left != 0) ++seen_.wrong_counts;
    if (report.attempts != started_ || report.succeeded != started_) ++seen_.wrong_counts;
    if (status == RunStatus::completed && started_ != plan_.size()) ++seen_.ended_early;
  }

  Round& round_;
  ShutdownOutcomes seen_;
  const Plan plan_;
  const ShutdownMode mode_;
  const std::uint64_t when_;  // so many tasks have started
  const bool from_inside_;
  std::atomic<std::uint64_t> started_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<int> started_after_{0};
  SimulatedClock clock_;
  std::unique_ptr<Scheduler> scheduler_;  // last: its workers go first
};

void round_of_shutdowns(const Subject<Scheduler>& subject, Round& round) {
  ShutdownRound(subject, round).run();
  round.count_operation();
}
const bool shutdowns_registered = register_attack<Scheduler>(
    {"shutdowns", "drain, stop and abort from all sides: the run ends, nothing starts afterwards, nobody hangs",
     round_of_shutdowns});

}  // namespace
}  // namespace contend::scheduler
