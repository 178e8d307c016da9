#include <thread>

#include "stress/broken/scheduler/broken_scheduler.hpp"

namespace contend::scheduler {
namespace {

// What is left is counted after the ends, while tasks go on coming to theirs.
class ReportOfTwoMoments final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  Report report() const override {
    Report report = inner_->report();
    std::this_thread::yield();
    report.left = inner_->report().left;
    return report;
  }
};

const bool registered = register_broken_scheduler<ReportOfTwoMoments>(
    "report_of_two_moments", 66, "the ends of tasks and the tasks left are counted one after the other",
    "the counts of a report add up", "reports");

}  // namespace
}  // namespace contend::scheduler
