#include <boost/lockfree/queue.hpp>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"

namespace contend::scheduler {
namespace {

// A lock-free queue for each worker. A completion puts all that it has released into its own shard and then wakes
// once; who runs out takes several of another's at once.
constexpr Contract contract{
    .technique = "lock_free",
    .summary = "a Boost.Lockfree queue for each worker, first in first out; the idle take a batch from another's",
    .shared_state = "the shards, counts of dependencies and states of tasks; counters, each written by one worker",
    .protected_by = "each shard by Boost.Lockfree's queue; counts and states are atomic words",
    .claim_point = "the pop from a shard, by whoever it is; then the word",
    .ordering = "a push happens before the pop that takes it; the word orders what the task needs",
    .progress = "lock-free; workers meet at a shard's head only when one has run out",
    .complexity = "O(1) for a task and for each dependent; an idle worker looks at every shard",
    .memory = "a cache line a task, another for the most that were ready at once in a shard, and the edges both ways",
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
  static constexpr std::size_t nodes_at_first = 1024;
  static constexpr int batch = 8;

  struct alignas(cache_line_bytes) Worker {
    boost::lockfree::queue<TaskId> shard{nodes_at_first};
    std::vector<TaskId> released;  // kept for its room
  };

  std::uint32_t count() const { return static_cast<std::uint32_t>(options_.workers); }

  void prepare(std::size_t) override {}  // a shard keeps the nodes that it has once needed
  void publish(std::span<const TaskId> ready) override {
    std::uint32_t worker = 0;
    for (const TaskId id : ready) put(worker++ % count(), id);
    wake(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([&] { return find(worker); }, [&](TaskId id) { run_one(id, worker); });
  }

  void put(std::uint32_t worker, TaskId id) {
    CONTEND_CHECK(workers_[worker].shard.push(id), "no memory for a ready task");
  }

  TaskId find(std::uint32_t worker) {
    TaskId id = no_task;
    if (workers_[worker].shard.pop(id)) return id;
    for (std::uint32_t step = 1; step < count(); ++step) {
      auto& other = workers_[(worker + step) % count()].shard;
      if (!other.pop(id)) continue;
      TaskId more = no_task;
      for (int taken = 1; taken < batch && other.pop(more); ++taken) put(worker, more);
      return id;
    }
    return no_task;
  }

  void run_one(TaskId id, std::uint32_t worker) {
    std::vector<TaskId>& released = workers_[worker].released;
    const std::uint32_t attempt = claim(id);
    if (attempt == 0 || !perform(id, attempt, worker)) return;
    released.clear();
    release_dependents(id, [&](TaskId ready) { released.push_back(ready); });
    for (const TaskId ready : released) put(worker, ready);
    // This worker takes one itself.
    if (released.size() > 1) wake(released.size() - 1);
  }

  std::unique_ptr<Worker[]> workers_;
};

const bool registered =
    register_implementation<Scheduler, ShardedQueuesScheduler>("sharded_queues", contract.within(sleeping_workers));

}  // namespace
}  // namespace contend::scheduler
