#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/task_queue.hpp"

namespace contend::scheduler {
namespace {

// The worker that finishes the last dependency of a task runs it next, without any queue between; only what it releases
// beyond the first goes to a queue for the others.
constexpr Contract contract{
    .technique = "continuation",
    .summary = "the last finished dependency goes on with one dependent itself; the rest to one queue",
    .shared_state = "counts of dependencies and states of tasks; queue_; counters, each written by one worker",
    .protected_by = "counts and states are atomic words; the queue has a mutex and a size that is read without it",
    .claim_point = "of the one that goes on: the change from pending to running. Of the others: the pop, then the word",
    .ordering = "each decrement happens before the last one, whose worker runs the task or queues it under the lock",
    .progress = "a chain runs without meeting anybody; otherwise blocking at the queue",
    .complexity = "O(1) for a task and for each dependent",
    .memory = "a cache line and 4 bytes a task, and the edges both ways; grows at run, not during it",
    .source = "continuation passing of Cilk (Blumofe et al., 1995); Taskflow's cached task",
};

class InlineContinuationScheduler final : public SchedulerCore {
 public:
  explicit InlineContinuationScheduler(const Options& options)
      : SchedulerCore(options), released_(static_cast<std::size_t>(options.workers)) {
    start_workers();
  }
  ~InlineContinuationScheduler() override { close(); }

 private:
  void prepare(const RunTasks& tasks) override {
    for (auto& released : released_) released.value.reserve(tasks.most_dependents);
    queue_.reserve(tasks.count);
  }
  void publish(std::span<const TaskId> ready) override {
    queue_.push(ready);
    wake(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([this] { return queue_.pop(); }, [&](TaskId id) { run_from(id, worker); });
  }

  void run_from(TaskId id, std::uint32_t worker) {
    std::vector<TaskId>& released = released_[worker].value;
    std::uint32_t attempt = claim(id);
    while (attempt != 0 && perform(id, attempt, worker)) {
      released.clear();
      id = release_but_one(id, [&](TaskId ready) { released.push_back(ready); });
      if (!released.empty()) publish(released);
      if (id == no_task) return;
      attempt = 1;
    }
  }

  TaskQueue queue_;
  std::vector<Padded<std::vector<TaskId>>> released_;  // of each worker, kept for its room
};

const bool registered = register_implementation<Scheduler, InlineContinuationScheduler>(
    "inline_continuation", contract.within(sleeping_workers));

}  // namespace
}  // namespace contend::scheduler
