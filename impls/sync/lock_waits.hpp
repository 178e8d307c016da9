#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace contend {

// Names a lock in reports: what it guards and which of them it is, e.g. {"account", 17}.
struct LockLabel {
  const char* what = "lock";  // a string literal
  std::uint64_t index = 0;
};

// Who waits for what at this moment. Written only on the contended path of a lock, so an uncontended lock costs
// nothing for it; read by a watchdog that wants to explain a hang.
struct LockWait {
  int waiter_tid = 0;  // kernel thread id
  int owner_tid = 0;   // 0: unknown (readers hold it, or it was released just now)
  const void* lock = nullptr;
  LockLabel label;
  std::int64_t waited_ns = 0;
  std::uint64_t number = 0;  // of this waiter's waits: a later wait of the same thread has a greater one
};

// A snapshot of all threads that wait for a lock now. May be called from any thread; the entries are individually
// true at some instant during the call.
std::vector<LockWait> current_lock_waits();

// The threads of `waits` that wait for each other in a cycle, in waiting order: each entry waits for a lock that the
// next one holds, and the last for one that the first holds. Empty when there is no cycle.
std::vector<LockWait> find_lock_cycle(const std::vector<LockWait>& waits);

// One line for people: "thread 12 waits for account 3, held by thread 13".
std::string describe(const LockWait& wait);

// Kernel id of the calling thread. Not cached: in a forked child the thread that forked has another.
int current_tid() noexcept;

// For the scope of a wait on `lock`, shows the calling thread in current_lock_waits(). `owner` is read while the wait
// lasts and may be null; it must hold a kernel thread id or 0.
class LockWaitScope {
 public:
  LockWaitScope(const void* lock, LockLabel label, const int* owner) noexcept;
  ~LockWaitScope();
  LockWaitScope(const LockWaitScope&) = delete;
  LockWaitScope& operator=(const LockWaitScope&) = delete;
};

}  // namespace contend
