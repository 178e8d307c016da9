#include <array>
#include <boost/lockfree/queue.hpp>

#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/task_queue.hpp"

namespace contend::scheduler {
namespace {

// A lock-free queue for each worker. A completion puts all that it has released into its own shard and then wakes
// once; who runs out takes several of another's at once. A shard has a fixed size; what does not fit goes to one queue
// for all.
constexpr Contract contract{
    .technique = "lock_free",
    .summary = "a Boost.Lockfree queue for each worker, first in first out; the idle take a batch from another's",
    .shared_state =
        "the shards, the queue of what did not fit, counts of dependencies and states of tasks; counters, "
        "each written by one worker",
    .protected_by =
        "each shard by Boost.Lockfree's queue; the rest has a mutex, and a size that is read without it; "
        "counts and states are atomic words",
    .claim_point = "the pop from a shard, by whoever it is; then the word",
    .ordering =
        "a push happens before the pop that takes it; fences order it with the look for sleepers; the word orders what "
        "the task needs",
    .progress =
        "lock-free but for more than 1,024 ready tasks in a shard; workers meet at a shard's head only when one "
        "has run out",
    .complexity = "O(1) for a task and for each dependent; an idle worker looks at every shard",
    .memory = "a cache line and 4 bytes a task, and the edges both ways; 64 KiB a worker; grows at run, not during it",
    .source = "Michael and Scott's queue (PODC 1996) in Boost.Lockfree; shards and batches as in Go's scheduler",
};

class ShardedQueuesScheduler final : public SchedulerCore {
 public:
  explicit ShardedQueuesScheduler(const Options& options)
      : SchedulerCore(options), workers_(std::make_unique<Worker[]>(static_cast<std::size_t>(options.workers))) {
    start_workers();
  }
  ~ShardedQueuesScheduler() override { close(); }

 private:
  static constexpr std::size_t shard_tasks = 1024;
  static constexpr std::size_t batch = 8;

  struct alignas(cache_line_bytes) Worker {
    boost::lockfree::queue<TaskId> shard{shard_tasks};
    std::vector<TaskId> released;  // kept for its room
  };

  std::uint32_t count() const { return static_cast<std::uint32_t>(options_.workers); }

  void prepare(const RunTasks& tasks) override {
    rest_.reserve(tasks.count);
    for (std::uint32_t worker = 0; worker < count(); ++worker) {
      workers_[worker].released.reserve(tasks.most_dependents);
    }
  }
  void publish(std::span<const TaskId> ready) override {
    std::uint32_t worker = 0;
    for (const TaskId id : ready) put(worker++ % count(), id);
    wake_after_weak_publish(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([&] { return find(worker); }, [&](TaskId id) { run_one(id, worker); });
  }

  void put(std::uint32_t worker, TaskId id) {
    if (!workers_[worker].shard.bounded_push(id)) rest_.push({&id, 1});
  }

  TaskId find(std::uint32_t worker) {
    TaskId id = no_task;
    if (workers_[worker].shard.pop(id)) return id;
    std::array<TaskId, batch> several;
    if (const std::size_t taken = rest_.pop(several, count()); taken > 0) return keep(worker, several, taken);
    for (std::uint32_t step = 1; step < count(); ++step) {
      auto& other = workers_[(worker + step) % count()].shard;
      std::size_t taken = 0;
      while (taken < batch && other.pop(several[taken])) ++taken;
      if (taken > 0) return keep(worker, several, taken);
    }
    return no_task;
  }

  // All but the first into its own shard. Who has looked for work while they were in none sleeps now, and is told.
  TaskId keep(std::uint32_t worker, const std::array<TaskId, batch>& several, std::size_t taken) {
    for (std::size_t i = 1; i < taken; ++i) put(worker, several[i]);
    wake_after_weak_publish(taken - 1);
    return several[0];
  }

  void run_one(TaskId id, std::uint32_t worker) {
    std::vector<TaskId>& released = workers_[worker].released;
    const std::uint32_t attempt = claim(id);
    if (attempt == 0 || !perform(id, attempt, worker)) return;
    released.clear();
    release_dependents(id, [&](TaskId ready) { released.push_back(ready); });
    for (const TaskId ready : released) put(worker, ready);
    // This worker takes one itself.
    if (released.size() > 1) wake_after_weak_publish(released.size() - 1);
  }

  TaskQueue rest_;
  std::unique_ptr<Worker[]> workers_;
};

const bool registered =
    register_implementation<Scheduler, ShardedQueuesScheduler>("sharded_queues", contract.within(sleeping_workers));

}  // namespace
}  // namespace contend::scheduler
