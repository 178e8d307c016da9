#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/ready_heap.hpp"

namespace contend::scheduler {
namespace {

// One mutex around everything that is ready: a worker takes it once for a task, to release the dependents of the last
// one and to take the next.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex and a heap by priority: the oracle for the others and the yardstick for their speed",
    .shared_state = "ready_ and the counts of dependencies; states of tasks; counters, each written by one worker",
    .protected_by = "mutex_ guards ready_ and the counts; each state is one atomic word",
    .claim_point = "the pop under mutex_; against a cancel: the change of the word from ready to running",
    .ordering = "the mutex orders a release and the claim that follows from it",
    .progress = "blocking: a stalled lock holder delays all workers, never the work of a task",
    .shutdown = "owns its workers; close ends the run, waits for it, wakes and joins them",
    .complexity = "a task costs O(log ready) and O(1) for each dependent, all under the lock",
    .source = "list scheduling (Graham, 1966) over Kahn's counting of dependencies (1962)",
};

class ReferenceScheduler final : public SchedulerCore {
 public:
  explicit ReferenceScheduler(const Options& options) : SchedulerCore(options) { start_workers(); }
  ~ReferenceScheduler() override { close(); }

 private:
  void prepare(const RunTasks& tasks) override {
    const MutexLock lock(mutex_);
    ready_.reserve(tasks.count);
  }
  void publish(std::span<const TaskId> ready) override {
    const MutexLock lock(mutex_);
    for (const TaskId id : ready) push(id);
    work_.notify_all();
  }
  bool quiet() const REQUIRES(mutex_) override { return parked_ == options_.workers && ready_.empty(); }

  void work(std::uint32_t worker) override {
    while (true) {
      const TaskId id = wait_for_one();
      if (id == no_task) return;
      if (const std::uint32_t attempt = claim(id); attempt != 0 && perform(id, attempt, worker)) release(id);
    }
  }

  TaskId wait_for_one() {
    const MutexLock lock(mutex_);
    while (ready_.empty() && !closing()) {
      ++parked_;
      if (quiet()) quiet_.notify_one();
      work_.wait(mutex_);
      --parked_;
    }
    return closing() ? no_task : ready_.pop();
  }

  void release(TaskId id) {
    const MutexLock lock(mutex_);
    std::size_t released = 0;
    for (const TaskId dependent : cell(id).dependents_of()) {
      std::atomic<std::uint32_t>& waiting = cell(dependent).waiting;
      // (1) relaxed: mutex_ orders all that count.
      const std::uint32_t left = waiting.load(std::memory_order_relaxed) - 1;
      waiting.store(left, std::memory_order_relaxed);
      if (left > 0 || !make_ready(dependent)) continue;
      push(dependent);
      ++released;
    }
    // This worker takes one itself.
    for (std::size_t others = 1; others < released && parked_ > 0; ++others) work_.notify_one();
  }

  void push(TaskId id) REQUIRES(mutex_) { ready_.push(id, cell(id).priority); }

  ReadyHeap ready_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<Scheduler, ReferenceScheduler>(
    "reference", contract.within(own_workers.within(one_ready_heap)), {.strict_priority = true});

}  // namespace
}  // namespace contend::scheduler
