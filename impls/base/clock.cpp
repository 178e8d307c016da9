#include "impls/base/clock.hpp"

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

void SimulatedClock::enlist(Waiter& waiter) {
  waiter.behind = waiters_;
  if (waiters_ != nullptr) waiters_->before = &waiter;
  waiters_ = &waiter;
}

void SimulatedClock::remove(Waiter& waiter) {
  (waiter.before == nullptr ? waiters_ : waiter.before->behind) = waiter.behind;
  if (waiter.behind != nullptr) waiter.behind->before = waiter.before;
}

// One whose time has come and whom nobody wakes yet.
SimulatedClock::Waiter* SimulatedClock::take_due() {
  for (Waiter* waiter = waiters_; waiter != nullptr; waiter = waiter->behind) {
    if (waiter->is_due || waiter->deadline_ns > now_ns_) continue;
    waiter->is_due = true;
    waiter->is_pinned = true;
    return waiter;
  }
  return nullptr;
}

// The mutex is let go and taken again by hand, so the analysis sees it held throughout, which is what callers may
// assume.
void SimulatedClock::wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns,
                                bool idle) NO_THREAD_SAFETY_ANALYSIS {
  Waiter waiter{&condition, &mutex, deadline_ns};
  {
    const std::scoped_lock lock(inner_);
    if (now_ns_ >= deadline_ns) return;
    if (!idle || deadline_ns == never) enlist(waiter);
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
    unpinned_.wait(lock, [&] { return !waiter.is_pinned; });
    remove(waiter);
  }
  mutex.lock();
}

void SimulatedClock::advance_to(TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {  // locks mutexes of which it is told
  std::unique_lock lock(inner_);
  if (now_ns <= now_ns_) return;
  now_ns_ = now_ns;
  while (Waiter* const waiter = take_due()) {
    lock.unlock();
    waiter->mutex->lock();
    waiter->condition->notify_all();
    waiter->mutex->unlock();
    lock.lock();
    waiter->is_pinned = false;
    unpinned_.notify_all();
  }
}

std::size_t SimulatedClock::waiting() {
  const std::scoped_lock lock(inner_);
  std::size_t count = 0;
  for (const Waiter* waiter = waiters_; waiter != nullptr; waiter = waiter->behind) ++count;
  return count;
}

}  // namespace contend
