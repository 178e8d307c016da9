#include <atomic>

#include "stress/broken/scheduler/broken_scheduler.hpp"
#include "stress/round/window.hpp"

namespace contend::scheduler {
namespace {

// Workers look through all tasks for one that is ready, and take it in the next step: two take the same.
class DoubleRun final : public QueueScheduler {
 public:
  explicit DoubleRun(const Options& options) : QueueScheduler(options) { start_workers(); }
  ~DoubleRun() override { close(); }

 private:
  void prepare(const RunTasks& tasks) override { tasks_ = tasks.count; }
  void publish(std::span<const TaskId> ready) override { wake(ready.size()); }
  void work(std::uint32_t worker) override {
    search_and_sleep([this] { return find_ready(); }, [&](TaskId id) { take_and_run(id, worker); });
  }

  TaskId find_ready() {
    for (TaskId id = 0; id < tasks_; ++id) {
      if (cell(id).moment.load().state == TaskState::ready) return id;
    }
    return no_task;
  }
  void take_and_run(TaskId id, std::uint32_t worker) {
    const TaskMoment seen = cell(id).moment.load();
    if (seen.state != TaskState::ready) return;
    open_window();
    cell(id).moment.store({TaskState::running, seen.attempts + 1});
    if (perform(id, seen.attempts + 1, worker)) {
      release_dependents(id, [&](TaskId ready) { publish({&ready, 1}); });
    }
  }

  std::atomic<std::size_t> tasks_{0};
};

const bool registered = register_broken<Scheduler, DoubleRun>({.name = "double_run",
                                                               .number = 39,
                                                               .bug = "the test for ready and the claim are two steps",
                                                               .rule = "a task that succeeds has run once",
                                                               .caught_by = "graphs",
                                                               .ending = Ending::stop});

}  // namespace
}  // namespace contend::scheduler
