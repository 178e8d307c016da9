#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/sync/tbb_handover.hpp"

namespace contend::scheduler {
namespace {

// What an expert would build on oneTBB: counters of dependencies over a task_group, in an arena of its own, and the
// first of what a task releases run by the same TBB task.
constexpr Contract contract{
    .technique = "tbb",
    .summary = "oneTBB's task_group with counters of dependencies; one released task goes on inside the same TBB task",
    .shared_state = "TBB's deques; counts of dependencies and states of tasks; how many TBB tasks are left",
    .protected_by = "TBB guards its own; counts and states are atomic words",
    .claim_point = "TBB gives a task to one thread; against a cancel: the change of the word to running",
    .ordering = "each decrement happens before the last one, whose worker spawns the task",
    .progress = "TBB's stealing; blocking where it blocks",
    .shutdown = "the threads are TBB's: an arena takes as many as it may; a run ends when its group is empty",
    .failure = "what a task throws is kept with task and attempt and never reaches TBB",
    .complexity = "O(1) for a task and for each dependent; a TBB task for each released one beyond the first",
    .memory = "a cache line a task, a TBB task a ready one, and the edges both ways",
    .source = "oneTBB; as many threads as the least that any scheduler of the process has asked it for",
};

class TbbTaskGroupScheduler final : public SchedulerCore {
 public:
  explicit TbbTaskGroupScheduler(const Options& options)
      : SchedulerCore(options),
        threads_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(options.workers) + 1),
        arena_(options.workers, 0),
        released_(static_cast<std::size_t>(options.workers)) {}
  ~TbbTaskGroupScheduler() noexcept override { close(); }

 private:
  void prepare(std::size_t) override {}
  void publish(std::span<const TaskId> ready) override {
    if (ready.empty()) return;
    // Never waits: all threads of the arena may be inside tasks that only a timer of the conductor will end. One task
    // from outside spawns the others where that is cheap. It belongs to the group too: see settle.
    active_.fetch_add(static_cast<std::int64_t>(ready.size()));
    arena_.enqueue(group_.defer(Handover([this, tasks = std::vector<TaskId>(ready.begin(), ready.end())] {
      for (std::size_t i = 1; i < tasks.size(); ++i) spawn(tasks[i]);
      run_from(tasks.front());
    })));
  }
  bool quiet() const REQUIRES(mutex_) override { return active_ == 0; }
  // A TBB task outlives what it runs, and oneTBB 2022 counts it in memory of the thread that deferred it: that thread,
  // the conductor, may not end before TBB has destroyed the tasks that it has published.
  void settle() override { group_.wait(); }

  void spawn(TaskId id) {
    group_.run(group_.defer(Handover([this, id] { run_from(id); })));
  }

  // An arena for one thread has two slots, of which its thread may take either.
  std::uint32_t this_worker() const {
    if (options_.workers == 1) return 0;
    const int slot = tbb::this_task_arena::current_thread_index();
    CONTEND_CHECK(slot >= 0 && slot < options_.workers, "TBB runs a task outside the slots of its arena");
    return static_cast<std::uint32_t>(slot);
  }

  void run_from(TaskId id) {
    const std::uint32_t worker = this_worker();
    std::vector<TaskId>& released = released_[worker].value;
    std::uint32_t attempt = claim(id);
    while (attempt != 0 && perform(id, attempt, worker)) {
      TaskId next = no_task;
      released.clear();
      for (const TaskId dependent : cell(id).dependents_of()) {
        if (!counts_down(cell(dependent))) continue;
        if (next == no_task && start_at_once(dependent)) {
          next = dependent;
        } else if (make_ready(dependent)) {
          released.push_back(dependent);
        }
      }
      if (!released.empty()) {
        active_.fetch_add(static_cast<std::int64_t>(released.size()));
        for (const TaskId ready : released) spawn(ready);
      }
      if (next == no_task) break;
      id = next;
      attempt = 1;
    }
    leave();
  }

  // The last one leaves under the lock: the run may return, and the scheduler go, as soon as the conductor sees 0.
  void leave() {
    std::int64_t active = active_;
    while (active > 1) {
      if (active_.compare_exchange_weak(active, active - 1)) return;
    }
    const MutexLock lock(mutex_);
    if (active_.fetch_sub(1) == 1) quiet_.notify_one();
  }

  tbb::global_control threads_;
  tbb::task_arena arena_;
  tbb::task_group group_;
  alignas(cache_line_bytes) std::atomic<std::int64_t> active_{0};  // TBB tasks that have not ended
  std::vector<Padded<std::vector<TaskId>>> released_;              // of each worker, kept for its room
};

const bool registered = register_implementation<Scheduler, TbbTaskGroupScheduler>("tbb_task_group", contract);

}  // namespace
}  // namespace contend::scheduler
