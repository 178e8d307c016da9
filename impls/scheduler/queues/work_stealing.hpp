#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "impls/scheduler/core/scheduler_core.hpp"
#include "impls/scheduler/queues/stealing_deque.hpp"
#include "impls/scheduler/queues/task_queue.hpp"

namespace contend::scheduler {

// Over a deque with push, take and steal.
template <class Deque>
class WorkStealingScheduler final : public SchedulerCore {
 public:
  explicit WorkStealingScheduler(const Options& options)
      : SchedulerCore(options), workers_(std::make_unique<Worker[]>(static_cast<std::size_t>(options.workers))) {
    start_workers();
  }
  ~WorkStealingScheduler() override { close(); }

 private:
  struct alignas(cache_line_bytes) Worker {
    Deque deque;
    std::vector<TaskId> released;  // kept for its room
    std::uint32_t victim = 0;      // where it found something last
  };

  std::uint32_t count() const { return static_cast<std::uint32_t>(options_.workers); }

  void prepare(const RunTasks& tasks) override {
    inbox_.reserve(tasks.count);
    for (std::uint32_t worker = 0; worker < count(); ++worker) {
      workers_[worker].deque.reserve(tasks.count);
      workers_[worker].released.reserve(tasks.most_dependents);
    }
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

  // A fair part of what is there, so that not every task of a wide graph goes through the lock. Who has looked for work
  // while these tasks were in neither place sleeps now, and is told where they are.
  TaskId take_from_inbox(Worker& self) {
    std::array<TaskId, 64> batch;
    const std::size_t taken = inbox_.pop(batch, count());
    if (taken == 0) return no_task;
    if (taken > 1) {
      std::reverse(batch.begin() + 1, batch.begin() + taken);  // the deque gives the newest first
      self.deque.push(std::span(batch).subspan(1, taken - 1));
      wake(taken - 1);
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

}  // namespace contend::scheduler
