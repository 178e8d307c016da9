#include "stress/broken/scheduler/broken_scheduler.hpp"

namespace contend::scheduler {
namespace {

// Who finds the queue empty goes home, although a task that runs, or waits for a retry, will bring more.
class ExitWhenQueueEmpty final : public QueueScheduler {
 public:
  explicit ExitWhenQueueEmpty(const Options& options) : QueueScheduler(options) { start_workers(); }
  ~ExitWhenQueueEmpty() override { close(); }

 private:
  bool quiet() const REQUIRES(mutex_) override { return gone_ + parked_ == options_.workers; }
  void work(std::uint32_t worker) override {
    announce_sleep();
    park();
    for (TaskId id = queue_.pop(); id != no_task; id = queue_.pop()) run_one(id, worker);
    const MutexLock lock(mutex_);
    ++gone_;
    quiet_.notify_one();
  }

  int gone_ GUARDED_BY(mutex_) = 0;
};

const bool registered =
    register_broken<Scheduler, ExitWhenQueueEmpty>({.name = "exit_when_queue_empty",
                                                    .number = 45,
                                                    .bug = "a worker leaves when the queue is empty",
                                                    .rule = "no task is left that could run",
                                                    .caught_by = "graphs",
                                                    .ending = Ending::stop});

}  // namespace
}  // namespace contend::scheduler
