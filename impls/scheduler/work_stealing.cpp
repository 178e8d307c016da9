#include "impls/scheduler/scheduler_core.hpp"
#include "impls/scheduler/stealing_deque.hpp"
#include "impls/scheduler/task_queue.hpp"
#include "impls/support/registry.hpp"

namespace contend {
namespace {

// Each worker has a deque of its own, and takes from the others when it is empty. What a worker releases it keeps one
// of in its hand; a deque is touched for what is beyond that.
constexpr Contract contract{
    .technique = "work_stealing",
    .summary = "a Chase-Lev deque for each worker and one task in its hand; the idle steal the oldest of others",
    .shared_state = "the deques, an inbox for what the conductor publishes, counts of dependencies, states of tasks",
    .protected_by = "a deque's bottom is its owner's, its top belongs to compare-and-swap; the inbox has a mutex",
    .claim_point = "taking from a deque: the bottom, for its last task and for thieves the swap of top; then the word",
    .ordering = "a push publishes all that a completion released; orders in stealing_deque.hpp",
    .progress = "workers meet nobody but when they steal, or at a dependency count; stealing is lock-free",
    .shutdown = "owns its workers, who sleep in two phases; close ends the run, wakes and joins them",
    .failure = "what a task throws is kept with task and attempt; out of memory in a worker ends the process",
    .complexity = "O(1) for a task and for each dependent; an idle worker looks at every deque",
    .memory = "a cache line a task and 4 bytes for each worker and task, and the edges both ways; grows at run",
    .source = "Chase and Lev, SPAA 2005; Lê et al., PPoPP 2013; sleeping as in Eigen's EventCount",
};

class WorkStealingScheduler final : public SchedulerCore {
 public:
  explicit WorkStealingScheduler(const Options& options)
      : SchedulerCore(options), workers_(std::make_unique<Worker[]>(static_cast<std::size_t>(options.workers))) {
    start_workers();
  }
  ~WorkStealingScheduler() override { close(); }

 private:
  struct alignas(cache_line_bytes) Worker {
    StealingDeque deque;
    std::vector<TaskId> released;  // kept for its room
    std::uint32_t victim = 0;      // where it found something last
  };

  std::uint32_t count() const { return static_cast<std::uint32_t>(options_.workers); }

  void prepare(std::size_t tasks) override {
    inbox_.reserve(tasks);
    for (std::uint32_t worker = 0; worker < count(); ++worker) workers_[worker].deque.reserve(tasks);
  }
  void publish(std::span<const TaskId> ready) override {
    inbox_.push(ready);
    wake(ready.size());
  }
  void work(std::uint32_t worker) override {
    search_and_sleep([&] { return find(worker); }, [&](TaskId id) { run_from(id, worker); });
  }

  // Its own first, then what the conductor has published, then what others have.
  TaskId find(std::uint32_t worker) {
    Worker& self = workers_[worker];
    if (const TaskId own = self.deque.take(); own != no_task) return own;
    if (const TaskId published = take_from_inbox(self); published != no_task) return published;
    for (std::uint32_t step = 0; step < count(); ++step) {
      const std::uint32_t victim = (self.victim + step) % count();
      if (victim == worker) continue;
      if (const TaskId stolen = workers_[victim].deque.steal(); stolen != no_task) {
        self.victim = victim;
        return stolen;
      }
    }
    return no_task;
  }

  // A fair part of what is there, so that not every task of a wide graph goes through the lock.
  TaskId take_from_inbox(Worker& self) {
    std::array<TaskId, 64> batch;
    const std::size_t taken = inbox_.pop(batch, count());
    if (taken == 0) return no_task;
    if (taken > 1) {
      std::reverse(batch.begin() + 1, batch.begin() + taken);  // the deque gives the newest first
      self.deque.push(std::span(batch).subspan(1, taken - 1));
    }
    return batch.front();
  }

  void run_from(TaskId id, std::uint32_t worker) {
    Worker& self = workers_[worker];
    while (id != no_task) {
      self.released.clear();
      if (const std::uint32_t attempt = claim(id); attempt != 0 && perform(id, attempt, worker)) {
        release_dependents(id, [&](TaskId ready) { self.released.push_back(ready); });
      }
      if (self.released.empty()) {
        id = self.deque.take();
        continue;
      }
      id = self.released.back();
      self.released.pop_back();
      if (self.released.empty()) continue;
      self.deque.push(self.released);
      wake(self.released.size());
    }
  }

  TaskQueue inbox_;
  std::unique_ptr<Worker[]> workers_;
};

const bool registered = register_implementation<Scheduler, WorkStealingScheduler>("work_stealing", contract);

}  // namespace
}  // namespace contend
