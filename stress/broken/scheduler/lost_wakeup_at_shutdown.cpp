#include <atomic>

#include "stress/broken/scheduler/broken_scheduler.hpp"
#include "stress/round/window.hpp"

namespace contend::scheduler {
namespace {

// The flag that sends workers home is set, and they are told so, without the mutex under which they look at it: who has
// just looked sleeps for ever.
class LostWakeupAtShutdown final : public QueueScheduler {
 public:
  explicit LostWakeupAtShutdown(const Options& options) : QueueScheduler(options) { start_workers(); }
  ~LostWakeupAtShutdown() override { close(); }

 private:
  void publish(std::span<const TaskId> ready) override {
    queue_.push(ready);
    const MutexLock lock(mutex_);
    work_.notify_all();
  }
  bool quiet() const REQUIRES(mutex_) override { return parked_ == options_.workers && queue_.empty(); }
  void work(std::uint32_t worker) override {
    while (!go_home_) {
      if (const TaskId id = queue_.pop(); id != no_task) {
        run_one(id, worker);
      } else {
        sleep();
      }
    }
  }
  void sleep() {
    const MutexLock lock(mutex_);
    ++parked_;
    if (quiet()) quiet_.notify_one();
    while (queue_.empty() && !go_home_) {
      open_window();
      work_.wait(mutex_);
    }
    --parked_;
  }
  void wake_to_close() override {
    go_home_ = true;
    work_.notify_all();
  }

  std::atomic<bool> go_home_{false};
};

const bool registered =
    register_broken<Scheduler, LostWakeupAtShutdown>({.name = "lost_wakeup_at_shutdown",
                                                      .number = 40,
                                                      .bug = "the flag for the workers' end is set without their mutex",
                                                      .rule = "the destructor joins every worker",
                                                      .caught_by = "shutdowns",
                                                      .ending = Ending::stop});

}  // namespace
}  // namespace contend::scheduler
