#pragma once

#include <memory>

#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/task_queue.hpp"
#include "stress/driver/attack.hpp"

namespace contend::scheduler {

// A correct scheduler behind which a broken one hides everything but its bug: it overrides what it breaks.
class ForwardingScheduler : public Scheduler {
 public:
  explicit ForwardingScheduler(const Options& options)
      : inner_(Registry<Scheduler>::instance().find("work_stealing")->make(options)) {}

  AddStatus add(TaskSpec spec) override { return inner_->add(std::move(spec)); }
  RunResult run() override { return inner_->run(); }
  std::vector<std::vector<std::string>> cyclic_groups() const override { return inner_->cyclic_groups(); }
  CancelStatus cancel(std::string_view name) override { return inner_->cancel(name); }
  void shutdown(ShutdownMode mode) override { inner_->shutdown(mode); }
  Report report() const override { return inner_->report(); }
  std::optional<TaskReport> task(std::string_view name) const override { return inner_->task(name); }

 protected:
  std::unique_ptr<Scheduler> inner_;
};

// A correct design over one queue, whose parts a broken one overrides.
class QueueScheduler : public SchedulerCore {
 protected:
  explicit QueueScheduler(const Options& options) : SchedulerCore(options) {}

  void prepare(const RunTasks& tasks) override { queue_.reserve(tasks.count); }
  void publish(std::span<const TaskId> ready) override {
    queue_.push(ready);
    wake(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([this] { return queue_.pop(); }, [&](TaskId id) { run_one(id, worker); });
  }
  void run_one(TaskId id, std::uint32_t worker) {
    const std::uint32_t attempt = claim(id);
    if (attempt == 0 || !perform(id, attempt, worker)) return;
    release_dependents(id, [&](TaskId ready) { publish({&ready, 1}); });
  }

  TaskQueue queue_;
};

}  // namespace contend::scheduler
