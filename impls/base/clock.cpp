#include "impls/base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace contend {

TimeNs SteadyClock::now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

void SteadyClock::wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns, bool) {
  if (deadline_ns == never) {
    condition.wait(mutex);
  } else {
    condition.wait_until(mutex, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(deadline_ns)));
  }
}

SteadyClock& SteadyClock::instance() {
  static SteadyClock clock;
  return clock;
}

TimeNs SimulatedClock::now() {
  const std::scoped_lock lock(inner_);
  return now_ns_;
}

// The mutex is let go and taken again by hand, so the analysis sees it held throughout, which is what callers may
// assume.
void SimulatedClock::wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns,
                                bool idle) NO_THREAD_SAFETY_ANALYSIS {
  Waiter waiter{&condition, &mutex, deadline_ns, 0};
  {
    const std::scoped_lock lock(inner_);
    if (now_ns_ >= deadline_ns) return;
    if (!idle || deadline_ns == never) waiters_.push_back(&waiter);
  }
  if (idle && deadline_ns != never) {
    mutex.unlock();
    advance_to(deadline_ns);
    mutex.lock();
    return;
  }
  // Who moves time after the look at it above finds this waiter in the list and needs the mutex to notify it: it comes
  // after the wait has begun.
  condition.wait(mutex);
  mutex.unlock();
  {
    std::unique_lock lock(inner_);
    unpinned_.wait(lock, [&] { return waiter.pins == 0; });
    std::erase(waiters_, &waiter);
  }
  mutex.lock();
}

void SimulatedClock::advance_to(TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {  // locks mutexes of which it is told
  std::vector<Waiter*> due;
  {
    const std::scoped_lock lock(inner_);
    if (now_ns <= now_ns_) return;
    now_ns_ = now_ns;
    for (Waiter* waiter : waiters_) {
      if (waiter->deadline_ns > now_ns) continue;
      ++waiter->pins;
      due.push_back(waiter);
    }
  }
  for (Waiter* waiter : due) {
    waiter->mutex->lock();
    waiter->condition->notify_all();
    waiter->mutex->unlock();
    const std::scoped_lock lock(inner_);
    --waiter->pins;
    unpinned_.notify_all();
  }
}

std::size_t SimulatedClock::waiting() {
  const std::scoped_lock lock(inner_);
  return waiters_.size();
}

}  // namespace contend
