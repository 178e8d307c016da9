#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <chrono>
#include <memory>
#include <new>
#include <thread>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/task_queue.hpp"
#include "impls/sync/tbb_handover.hpp"

namespace contend::scheduler {
namespace {

// What an expert would build on oneTBB: counters of dependencies over a task_group, in an arena of its own, and the
// first of what a task releases run by the same TBB task.
constexpr Contract contract{
    .technique = "tbb",
    .summary = "oneTBB's task_group with counters of dependencies; one released task goes on inside the same TBB task",
    .shared_state =
        "TBB's deques; the queue of what is published or TBB had no memory for; counts of dependencies and states of "
        "tasks; how "
        "many TBB tasks are left",
    .protected_by = "TBB guards its own; the queue has a mutex; counts and states are atomic words",
    .claim_point = "TBB gives a task to one thread; against a cancel: the change of the word to running",
    .ordering = "each decrement happens before the last one, whose worker spawns the task",
    .progress = "TBB's stealing; blocking where it blocks",
    .shutdown = "the threads are TBB's: an arena takes as many as it may; a run ends when its group is empty",
    .failure =
        "bad_alloc from a call leaves everything as it was; a task for which TBB has no memory waits for a thread "
        "that has done its own, or a second for memory, and then the run ends; what a task throws is kept with "
        "task and attempt",
    .not_survived = "oneTBB does not survive it while it makes an arena or a thread",
    .complexity = "O(1) for a task and for each dependent; a TBB task for each released one beyond the first",
    .memory = "a cache line and 8 bytes a task, a TBB task a ready one, and the edges both ways",
    .source = "oneTBB; as many threads as the least that any scheduler of the process has asked it for",
};

class TbbTaskGroupScheduler final : public SchedulerCore {
 public:
  explicit TbbTaskGroupScheduler(const Options& options)
      : SchedulerCore(options),
        threads_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(options.workers) + 1),
        arena_(options.workers, 0),
        group_(std::make_unique<tbb::task_group>()),
        slots_(static_cast<std::size_t>(options.workers)) {
    arena_.initialize();  // here: if it fails where a task is enqueued, oneTBB waits for it for ever
  }
  ~TbbTaskGroupScheduler() noexcept override {
    close();
    if (lost_ > 0) (void)group_.release();  // its destructor would wait for them
  }

 private:
  static constexpr int most_tries = 1000;  // for memory, one each millisecond
  // Room in the deque of a slot that oneTBB makes at its first use, and never has to make more of if no more are in it:
  // oneTBB does not survive that there is no memory for more.
  static constexpr int most_spawned = 32;

  // A slot of the arena, which one thread at a time is in.
  struct Slot {
    std::vector<TaskId> released;  // kept for its room
    std::atomic<int> spawned{0};   // TBB tasks in its deque, as far as it knows
    bool has_no_deque = false;     // there was no memory for it when it was needed
  };

  void prepare(const RunTasks& tasks) override {
    for (auto& slot : slots_) slot.value.released.reserve(tasks.most_dependents);
    waiting_.reserve(tasks.count);
  }

  // Never waits: all threads of the arena may be inside tasks that only a timer of the conductor will end. One TBB task
  // from outside spawns the others where that is cheap.
  void publish(std::span<const TaskId> ready) override {
    waiting_.push(ready);
    if (!call_a_thread()) ask_for_memory();
  }
  // What TBB had no memory for is taken by its threads when they have done what they have; if they have nothing, or
  // their tasks wait for others, somebody must go on asking for a thread.
  void attend() override {
    for (int tries = 1; is_short_of_memory_.exchange(false) && !waiting_.empty(); ++tries) {
      if (call_a_thread()) return;
      is_short_of_memory_ = true;
      if (tries == most_tries) {
        while (waiting_.pop() != no_task) continue;  // their run ends
        throw std::bad_alloc();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void ask_for_memory() {
    is_short_of_memory_ = true;
    wake_conductor();
  }
  bool quiet() const REQUIRES(mutex_) override { return active_ == 0 && waiting_.empty(); }
  // A TBB task outlives what it runs, and oneTBB 2022 counts it in memory of the thread that deferred it: that thread,
  // the conductor, may not end before TBB has destroyed the tasks that it has published.
  void settle() override {
    if (lost_ == 0) group_->wait();
  }

  // Whether TBB has taken a task that does this.
  template <class Body>
  bool hand_over(Body body, bool from_outside) {
    tbb::task_handle handle;
    try {
      handle = group_->defer(Handover(std::move(body)));
    } catch (const std::bad_alloc&) {  // and yet oneTBB counts the task in the group
      ++lost_;
      return false;
    }
    active_.fetch_add(1);
    try {
      if (from_outside) {
        arena_.enqueue(std::move(handle));
      } else {
        group_->run(std::move(handle));
      }
      return true;
    } catch (const std::bad_alloc&) {  // the same
      ++lost_;
      leave();
      return false;
    }
  }

  void spawn(TaskId id, Slot& slot) {
    if (slot.spawned < most_spawned && !slot.has_no_deque) {
      slot.spawned.fetch_add(1);
      const auto body = [this, id, &slot] {
        slot.spawned.fetch_sub(1);
        run_all_from(id);
      };
      if (hand_over(body, false)) return;
      slot.spawned.fetch_sub(1);
      slot.has_no_deque = true;
      waiting_.push({&id, 1});
      ask_for_memory();
    } else {
      waiting_.push({&id, 1});
      if (slot.has_no_deque) ask_for_memory();
    }
  }
  // For as many as the slot has room for. Every TBB task does it when it begins, so no thread sleeps beside one.
  void spawn_waiting(Slot& slot) {
    while (slot.spawned < most_spawned && !slot.has_no_deque) {
      const TaskId id = waiting_.pop();
      if (id == no_task) return;
      spawn(id, slot);
    }
  }

  // Has a thread look at what waits. As many calls as there are threads are enough: each is answered by a look at all
  // that was there before it.
  bool call_a_thread() {
    if (calls_ >= options_.workers) return true;
    calls_.fetch_add(1);
    const auto answer = [this] {
      calls_.fetch_sub(1);
      run_all_from(waiting_.pop());
    };
    if (hand_over(answer, true)) return true;
    calls_.fetch_sub(1);
    return false;
  }

  // An arena for one thread has two slots, of which its thread may take either.
  std::uint32_t this_worker() const {
    if (options_.workers == 1) return 0;
    const int slot = tbb::this_task_arena::current_thread_index();
    CONTEND_CHECK(slot >= 0 && slot < options_.workers, "TBB runs a task outside the slots of its arena");
    return static_cast<std::uint32_t>(slot);
  }

  // All that a TBB task does: a task, what follows on it, and what TBB had no memory for.
  void run_all_from(TaskId id) {
    const std::uint32_t worker = this_worker();
    for (; id != no_task; id = waiting_.pop()) {
      spawn_waiting(slots_[worker].value);
      run_from(id, worker);
    }
    leave();
  }

  void run_from(TaskId id, std::uint32_t worker) {
    Slot& slot = slots_[worker].value;
    std::vector<TaskId>& released = slot.released;
    std::uint32_t attempt = claim(id);
    while (attempt != 0 && perform(id, attempt, worker)) {
      released.clear();
      id = release_but_one(id, [&](TaskId ready) { released.push_back(ready); });
      for (const TaskId ready : released) spawn(ready, slot);
      if (id == no_task) return;
      attempt = 1;
    }
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
  std::unique_ptr<tbb::task_group> group_;
  TaskQueue waiting_;  // published, and what TBB had no memory for
  std::atomic<bool> is_short_of_memory_{false};
  std::atomic<int> calls_{0};                                      // that no thread has answered yet
  std::atomic<int> lost_{0};                                       // TBB tasks that will never end
  alignas(cache_line_bytes) std::atomic<std::int64_t> active_{0};  // TBB tasks that have not ended
  std::vector<Padded<Slot>> slots_;
};

const bool registered =
    register_implementation<Scheduler, TbbTaskGroupScheduler>("tbb_task_group", contract, {.own_threads = false});

}  // namespace
}  // namespace contend::scheduler
