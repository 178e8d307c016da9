
#include "stress/broken/scheduler/broken_scheduler.hpp"
#include "stress/round/window.hpp"

namespace contend::scheduler {
namespace {

// What is left is counted after the ends, while tasks go on coming to theirs.
class ReportOfTwoMoments final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  Report report() const override {
    Report report = inner_->report();
    open_window();
    report.left = inner_->report().left;
    return report;
  }
};

const bool registered = register_broken<Scheduler, ReportOfTwoMoments>(
    {.name = "report_of_two_moments",
     .number = 66,
     .bug = "the ends of tasks and the tasks left are counted one after the other",
     .rule = "the counts of a report add up",
     .caught_by = "reports"});

}  // namespace
}  // namespace contend::scheduler
