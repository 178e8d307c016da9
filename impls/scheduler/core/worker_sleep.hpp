#pragma once

#include <atomic>
#include <cstddef>

#include "impls/scheduler/graph/task_graph.hpp"
#include "impls/sync/backoff.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::scheduler {

// Where the threads of a scheduler sleep: workers without work, and the conductor. A worker goes to sleep in two phases:
// it announces, looks again for work, and then parks or retracts. How many are parked is exact: whoever wakes a worker
// takes it off the count in its name, before it runs.
class WorkerSleep {
 protected:
  explicit WorkerSleep(int workers) : workers_(workers) {}
  ~WorkerSleep() = default;
  WorkerSleep(const WorkerSleep&) = delete;
  WorkerSleep& operator=(const WorkerSleep&) = delete;

  // Whether no task is ready or running and no worker inside one. Once true it stays so until the conductor publishes.
  virtual bool quiet() const REQUIRES(mutex_) { return parked_ == workers_; }

  // seq_cst, as is the load in wake: a worker announces before it looks at the queues for the last time, and whoever
  // publishes does so before looking for sleepers, so one of the two sees the other. The fence is for queues whose own
  // operations are weaker than that: see wake_after_weak_publish.
  void announce_sleep() {
    sleepers_.fetch_add(1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void retract_sleep() EXCLUDES(mutex_);
  void park() EXCLUDES(mutex_);
  // To be called after publishing: wakes up to that many workers.
  void wake(std::size_t workers) EXCLUDES(mutex_) {
    if (workers > 0 && sleepers_.load() > 0) wake_sleepers(workers);
  }

  // The same after what is no seq_cst operation, such as a push into a queue of a library: without the fence the worker
  // may miss what was published and this call the worker, each by an older value.
  void wake_after_weak_publish(std::size_t workers) EXCLUDES(mutex_) {
    if (workers == 0) return;
    std::atomic_thread_fence(std::memory_order_seq_cst);
    wake(workers);
  }

  // Nobody parks any more, and who is parked wakes up.
  void wake_all_for_good() EXCLUDES(mutex_);
  bool closing() const { return closing_; }

  // A worker's life where ready tasks lie in queues: `find` gives one or no_task, `run` does it.
  template <class Find, class Run>
  void search_and_sleep(Find&& find, Run&& run) {
    while (!closing()) {
      TaskId id = find();
      for (int spin = 0; id == no_task && spin < searches_before_sleep; ++spin) {
        cpu_relax();
        id = find();
      }
      if (id == no_task) {
        announce_sleep();
        id = find();
        if (id == no_task) {
          park();
          continue;
        }
        retract_sleep();
      }
      run(id);
    }
  }

  mutable Mutex mutex_{{"scheduler", 0}};
  ConditionVariable work_;             // of workers
  ConditionVariable quiet_;            // of the conductor
  int parked_ GUARDED_BY(mutex_) = 0;  // workers asleep, less those woken that have not noticed

 private:
  static constexpr int searches_before_sleep = 64;

  void wake_sleepers(std::size_t workers) EXCLUDES(mutex_);

  const int workers_;
  int permits_ GUARDED_BY(mutex_) = 0;                      // to wake up, handed out and not yet taken
  alignas(cache_line_bytes) std::atomic<int> sleepers_{0};  // announced, and nobody has handed them a permit
  std::atomic<bool> closing_{false};
};

}  // namespace contend::scheduler
