#include <atomic>

#include "stress/broken/scheduler/broken_scheduler.hpp"

namespace contend::scheduler {
namespace {

// A success is taken for the task's whichever attempt it comes from, also from one that had timed out.
class LateAttemptWins final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  AddStatus add(TaskSpec spec) override {
    const auto succeeded = std::make_shared<std::atomic<bool>>(false);
    spec.work = [succeeded, work = std::move(spec.work)](TaskContext& context) {
      const Outcome outcome = work(context);
      if (outcome == Outcome::success) *succeeded = true;
      return *succeeded ? Outcome::success : outcome;
    };
    return inner_->add(std::move(spec));
  }
};

const bool registered =
    register_broken<Scheduler, LateAttemptWins>({.name = "late_attempt_wins",
                                                 .number = 42,
                                                 .bug = "the result of a timed-out attempt is taken",
                                                 .rule = "a late result is ignored",
                                                 .caught_by = "time"});

}  // namespace
}  // namespace contend::scheduler
