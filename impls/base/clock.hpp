#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "impls/base/time.hpp"
#include "impls/sync/mutex.hpp"
#include "impls/sync/thread_annotations.hpp"

namespace contend {

// Where a system that has threads of its own learns the time and waits for it. Injected, so that tests decide when time
// passes. Every method may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Nanoseconds since an instant of the clock's choice.
  virtual TimeNs now() = 0;

  // Waits until `condition` is notified or the time has come, whichever is first; `deadline_ns` may be `never`. May
  // return early: wait in a loop. Releases `mutex` meanwhile and holds it again on return. `idle` says that nothing in
  // the caller's system can happen before the deadline: simulated time may then jump there.
  virtual void wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns, bool idle)
      REQUIRES(mutex) = 0;
};

// The machine's monotonic clock.
class SteadyClock final : public Clock {
 public:
  TimeNs now() override;
  void wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns, bool idle) REQUIRES(mutex) override;

  // The clock of a system that is given no other. Stateless.
  static SteadyClock& instance();
};

// Simulated time: it passes when somebody says so, and jumps to the next deadline when the waiting system is idle.
// Moving it wakes every thread whose time has come. Starts at 0 and never goes back. Allocates nothing: a system that has
// no memory left can still wait.
class SimulatedClock final : public Clock {
 public:
  TimeNs now() override;
  void wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs deadline_ns, bool idle) REQUIRES(mutex) override;

  // Moves time to `now_ns` unless it is there already. The caller must not hold the mutex of a waiting system.
  void advance_to(TimeNs now_ns);
  void advance(DurationNs by_ns) { advance_to(now() + by_ns); }

  // How many threads wait for a time or a notification now.
  std::size_t waiting();

 private:
  struct Waiter {
    ConditionVariable* condition;
    Mutex* mutex;
    TimeNs deadline_ns;
    bool is_due = false;       // somebody has taken it on himself to wake it
    bool is_pinned = false;    // and does so now: the condition must live until then
    Waiter* before = nullptr;  // in the list of all
    Waiter* behind = nullptr;
  };

  void enlist(Waiter& waiter);
  void remove(Waiter& waiter);
  Waiter* take_due();

  std::mutex inner_;  // guards all below; never held while a system's mutex is taken
  std::condition_variable unpinned_;
  TimeNs now_ns_ = 0;
  Waiter* waiters_ = nullptr;
};

}  // namespace contend
