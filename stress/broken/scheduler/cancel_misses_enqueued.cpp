#include "stress/broken/scheduler/broken_scheduler.hpp"

namespace contend::scheduler {
namespace {

// A task that lies in a queue already is called cancelled and left there.
class CancelMissesEnqueued final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  CancelStatus cancel(std::string_view name) override {
    const auto task = inner_->task(name);
    if (task.has_value() && task->state == TaskState::ready) return CancelStatus::cancelled;
    return inner_->cancel(name);
  }
};

const bool registered =
    register_broken<Scheduler, CancelMissesEnqueued>({.name = "cancel_misses_enqueued",
                                                      .number = 43,
                                                      .bug = "cancelling does not reach what is in a queue",
                                                      .rule = "a cancelled task does not start",
                                                      .caught_by = "cancels"});

}  // namespace
}  // namespace contend::scheduler
