#include "impls/scheduler/core/worker_sleep.hpp"

namespace contend::scheduler {

void WorkerSleep::park() {
  const MutexLock lock(mutex_);
  ++parked_;
  if (quiet()) quiet_.notify_one();
  while (permits_ == 0 && !closing_) work_.wait(mutex_);
  if (permits_ > 0) --permits_;
}

void WorkerSleep::retract_sleep() {
  const MutexLock lock(mutex_);
  if (sleepers_ > 0) {
    --sleepers_;
  } else {  // somebody has handed out a permit for this worker, and counted it as awake
    --permits_;
    ++parked_;
  }
}

void WorkerSleep::wake_sleepers(std::size_t workers) {
  const MutexLock lock(mutex_);
  for (; workers > 0 && sleepers_ > 0; --workers) {
    --sleepers_;
    ++permits_;
    --parked_;
    work_.notify_one();
  }
}

void WorkerSleep::wake_all_for_good() {
  const MutexLock lock(mutex_);
  closing_ = true;
  work_.notify_all();
}

}  // namespace contend::scheduler
