
#include "stress/broken/scheduler/broken_scheduler.hpp"
#include "stress/round/window.hpp"

namespace contend::scheduler {
namespace {

// Whether the task has come to its end is looked up first, and the cancel follows in the next step: of two callers both
// are told that they won.
class CancelCheckThenAct final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  CancelStatus cancel(std::string_view name) override {
    const auto task = inner_->task(name);
    const bool has_ended = task.has_value() && is_final(task->state);
    open_window();
    const CancelStatus status = inner_->cancel(name);
    if (status == CancelStatus::already_final && !has_ended) return CancelStatus::cancelled;
    return status;
  }
};

const bool registered =
    register_broken<Scheduler, CancelCheckThenAct>({.name = "cancel_check_then_act",
                                                    .number = 67,
                                                    .bug = "the test for a task's end and its cancel are two steps",
                                                    .rule = "of two cancels of a task one wins",
                                                    .caught_by = "statuses"});

}  // namespace
}  // namespace contend::scheduler
