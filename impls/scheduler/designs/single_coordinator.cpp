#include <boost/lockfree/queue.hpp>

#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/ready_heap.hpp"
#include "impls/scheduler/queues/task_queue.hpp"
#include "impls/sync/lock_waits.hpp"

namespace contend::scheduler {
namespace {

// The thread that calls run does all the deciding: it alone releases, orders and claims. Workers are handed one task
// after the other and report how it ended.
constexpr Contract contract{
    .technique = "actor",
    .summary = "the caller of run owns graph, heap and timers; workers get one task each and report by mail",
    .shared_state =
        "a desk for each worker, on which its next task lies; the mailboxes of reports and of what comes "
        "back from a wait; states of tasks",
    .protected_by =
        "heap and counts belong to the conductor; desks and states are atomic words; the mailbox of reports "
        "is lock-free, the other has a mutex",
    .claim_point = "the conductor's change of the word to running, before it lays the task on a desk",
    .ordering = "a report happens before the release that follows from it, and that before the next desk is filled",
    .progress = "blocking: a conductor that does not run delays all workers",
    .shutdown = "owns its workers, who sleep at their desks; close ends the run, wakes and joins them",
    .complexity = "two messages and O(log ready) a task, O(1) for each dependent, all on one thread",
    .source = "the actor model (Hewitt, 1973); Dask's scheduler and its workers",
};

class SingleCoordinatorScheduler final : public SchedulerCore {
 public:
  explicit SingleCoordinatorScheduler(const Options& options)
      : SchedulerCore(options), desks_(static_cast<std::size_t>(options.workers)) {
    for (std::uint32_t worker = 0; worker < desks_.size(); ++worker) idle_.push_back(worker);
    start_workers();
  }
  ~SingleCoordinatorScheduler() override { close(); }

 private:
  struct Report {
    TaskId succeeded;  // no_task: it did not
    std::uint32_t worker;
  };
  // On a desk: an attempt and its task, or one of these.
  static constexpr std::uint64_t empty_desk = 0;
  static constexpr std::uint64_t go_home = ~std::uint64_t{0};
  static constexpr int looks_before_sleep = 50;

  void prepare(const RunTasks& tasks) override {
    ready_.reserve(tasks.count);
    published_.reserve(tasks.count);
  }
  // By a worker too, before it reports: so the conductor finds what is due when the report has come.
  void publish(std::span<const TaskId> ready) override {
    published_.push(ready);
    wake_conductor();
  }
  void attend() override {
    reports_.consume_all([this](const Report& report) {
      idle_.push_back(report.worker);
      if (report.succeeded != no_task) release(report.succeeded);
    });
    for (TaskId id = published_.pop(); id != no_task; id = published_.pop()) ready_.push(id, cell(id).priority);
    hand_out();
  }
  // Asked by the conductor only, as no worker parks here.
  bool quiet() const REQUIRES(mutex_) override {
    return idle_.size() == desks_.size() && reports_.empty() && published_.empty();
  }

  void release(TaskId id) {
    for (const TaskId dependent : cell(id).dependents_of()) {
      std::atomic<std::uint32_t>& waiting = cell(dependent).waiting;
      // (1) relaxed: one conductor after the other counts, with the core's lock between them.
      const std::uint32_t left = waiting.load(std::memory_order_relaxed) - 1;
      waiting.store(left, std::memory_order_relaxed);
      if (left == 0 && make_ready(dependent)) ready_.push(dependent, cell(dependent).priority);
    }
  }

  void hand_out() {
    while (!idle_.empty() && !ready_.empty()) {
      const TaskId id = ready_.pop();
      const std::uint32_t attempt = claim(id);
      if (attempt == 0) continue;
      std::atomic<std::uint64_t>& desk = desks_[idle_.back()].value;
      idle_.pop_back();
      desk = std::uint64_t{attempt} << 32 | id;
      desk.notify_one();
    }
  }

  void work(std::uint32_t worker) override {
    std::atomic<std::uint64_t>& desk = desks_[worker].value;
    while (true) {
      for (int look = 0; look < looks_before_sleep && desk == empty_desk; ++look) cpu_relax();
      while (desk == empty_desk) desk.wait(empty_desk);
      const std::uint64_t order = desk;
      if (order == go_home) return;
      // Another order comes only after the report; but go_home may have come.
      std::uint64_t taken = order;
      desk.compare_exchange_strong(taken, empty_desk);
      const auto id = static_cast<TaskId>(order);
      const bool succeeded = perform(id, static_cast<std::uint32_t>(order >> 32), worker);
      CONTEND_CHECK(reports_.bounded_push({succeeded ? id : no_task, worker}), "one report of each worker at most");
      wake_conductor();
    }
  }

  void wake_to_close() override {
    for (auto& desk : desks_) {
      desk.value = go_home;
      desk.value.notify_one();
    }
  }

  // The conductor's.
  ReadyHeap ready_;
  std::vector<std::uint32_t> idle_;

  TaskQueue published_;
  std::vector<Padded<std::atomic<std::uint64_t>>> desks_;
  boost::lockfree::queue<Report, boost::lockfree::capacity<max_workers>> reports_;
};

const bool registered = register_implementation<Scheduler, SingleCoordinatorScheduler>(
    "single_coordinator", contract.within(own_workers.within(one_ready_heap)), {.strict_priority = true});

}  // namespace
}  // namespace contend::scheduler
