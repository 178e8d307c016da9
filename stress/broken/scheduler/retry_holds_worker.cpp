#include <atomic>
#include <chrono>
#include <thread>

#include "stress/broken/scheduler/broken_scheduler.hpp"

namespace contend::scheduler {
namespace {

// The worker itself waits until its task may be tried again.
class RetryHoldsWorker final : public ForwardingScheduler {
 public:
  using ForwardingScheduler::ForwardingScheduler;

  AddStatus add(TaskSpec spec) override {
    const std::uint32_t attempts = std::exchange(spec.retry.max_attempts, 1);
    spec.work = [attempts, work = std::move(spec.work)](TaskContext& context) {
      Attempt attempt(context);
      Outcome outcome = work(attempt);
      while (outcome == Outcome::failure && attempt.attempt() < attempts) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        attempt.next();
        outcome = work(attempt);
      }
      return outcome;
    };
    return inner_->add(std::move(spec));
  }

 private:
  class Attempt final : public TaskContext {
   public:
    explicit Attempt(TaskContext& context) : context_(context) {}
    void next() { ++attempt_; }
    std::uint32_t attempt() const override { return attempt_; }
    bool stop_requested() const override { return context_.stop_requested(); }
    TimeNs now() const override { return context_.now(); }
    std::uint32_t worker() const override { return context_.worker(); }

   private:
    TaskContext& context_;
    std::uint32_t attempt_ = 1;
  };
};

const bool registered = register_broken<Scheduler, RetryHoldsWorker>({.name = "retry_holds_worker",
                                                                      .number = 41,
                                                                      .bug = "a waiting retry sleeps in the pool",
                                                                      .rule = "what waits for a retry holds no worker",
                                                                      .caught_by = "time"});

}  // namespace
}  // namespace contend::scheduler
