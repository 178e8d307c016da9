#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/ready_heap.hpp"

namespace contend::scheduler {
namespace {

// Dependencies are counted down without the lock, so that the heap's lock is held for the heap only.
constexpr Contract contract{
    .technique = "atomic_counter",
    .summary = "dependencies counted down by fetch_sub, a heap by priority under a lock of its own",
    .shared_state = "counts of dependencies and states of tasks; ready_; counters, each written by one worker",
    .protected_by = "counts and states are atomic words; ready_mutex_ guards ready_",
    .claim_point = "release: the fetch_sub that finds 1. Claim: the pop under ready_mutex_, then the word",
    .ordering = "each decrement happens before the last one, which happens before the change to ready and the claim",
    .progress = "blocking for the heap only; who releases one of many dependents waits for nobody before the push",
    .complexity = "a task costs O(1) for each dependent without the lock, and O(log ready) under it",
    .source = "Taskflow's join counters (Huang et al., 2021), with a heap instead of deques",
};

class AtomicInDegreeScheduler final : public SchedulerCore {
 public:
  explicit AtomicInDegreeScheduler(const Options& options)
      : SchedulerCore(options), released_(static_cast<std::size_t>(options.workers)) {
    start_workers();
  }
  ~AtomicInDegreeScheduler() override { close(); }

 private:
  void prepare(const RunTasks& tasks) override {
    for (auto& released : released_) released.value.reserve(tasks.most_dependents);
    const MutexLock lock(ready_mutex_);
    ready_.reserve(tasks.count);
  }
  void publish(std::span<const TaskId> ready) override {
    {
      const MutexLock lock(ready_mutex_);
      push(ready);
    }
    wake(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([this] { return take(); }, [&](TaskId id) { run_from(id, worker); });
  }

  TaskId take() {
    const MutexLock lock(ready_mutex_);
    return ready_.pop();
  }

  // Runs a task, and then whatever is first once its dependents are among the ready.
  void run_from(TaskId id, std::uint32_t worker) {
    std::vector<TaskId>& released = released_[worker].value;
    while (id != no_task) {
      released.clear();
      if (const std::uint32_t attempt = claim(id); attempt != 0 && perform(id, attempt, worker)) {
        release_dependents(id, [&](TaskId ready) { released.push_back(ready); });
      }
      {
        const MutexLock lock(ready_mutex_);
        push(released);
        id = ready_.pop();
      }
      if (released.size() > 1) wake(released.size() - 1);
    }
  }

  void push(std::span<const TaskId> ready) REQUIRES(ready_mutex_) {
    for (const TaskId id : ready) ready_.push(id, cell(id).priority);
  }

  Mutex ready_mutex_{{"ready tasks", 0}};
  ReadyHeap ready_ GUARDED_BY(ready_mutex_);
  std::vector<Padded<std::vector<TaskId>>> released_;  // of each worker, kept for its room
};

const bool registered = register_implementation<Scheduler, AtomicInDegreeScheduler>(
    "atomic_in_degree", contract.within(sleeping_workers.within(one_ready_heap)), {.strict_priority = true});

}  // namespace
}  // namespace contend::scheduler
