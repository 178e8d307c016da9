#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#if defined(CONTEND_HUNTED)
#include "stress/hunt/entry/calls.hpp"
#endif

namespace contend {

// Ticks of a clock that all cores share: the invariant time-stamp counter, or the steady clock elsewhere.
inline std::uint64_t ticks_now() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// Read before a call begins and after it has ended. A reading may come too early before, or too late after, which only
// widens the interval; never the other way round:
// - the call does not begin before the first reading has been taken;
// - what the call stored is visible to every core when the second is taken. A store may leave the core long after the
//   instruction that made it (the reading alone came up to 2,400 ticks before a release store was visible), and a right
//   design would then be called illegal. The exchange drains the store buffer, which makes recording a call cost 78 ns
//   instead of 35.
//
// While schedules are explored one thread runs at a time, and the clock is whoever explores.
#if defined(CONTEND_HUNTED)
inline std::uint64_t ticks_before_call() {
  return contend_call_begins();
}
inline std::uint64_t ticks_after_call() {
  return contend_call_ends();
}
#else
inline std::uint64_t ticks_before_call() {
  const std::uint64_t ticks = ticks_now();
#if defined(__x86_64__)
  __builtin_ia32_lfence();
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
  return ticks;
}
inline std::uint64_t ticks_after_call() {
#if defined(__x86_64__)
  std::atomic<std::uint32_t> drained{0};
  drained.exchange(1);
  __builtin_ia32_lfence();
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
  return ticks_now();
}
#endif

inline constexpr std::uint64_t never_returned = std::numeric_limits<std::uint64_t>::max();

// One call and its answer. The operation took effect at some instant in [begin, end], or perhaps never if it did not
// return.
template <class Operation>
struct Timed {
  std::uint64_t begin = 0;
  std::uint64_t end = never_returned;
  int thread = 0;
  Operation operation;
};

// What one thread did, in order. Belongs to that thread until it has been joined; recording touches nothing shared.
template <class Operation>
class ThreadHistory {
 public:
  // Touches the memory for the expected calls, so that no page fault falls between two of them.
  ThreadHistory(int thread, std::size_t expected) : thread_(thread), calls_(expected) { calls_.clear(); }

  // Runs `call`, which fills in the operation with its answer, and records both.
  template <class Call>
  void record(Call&& call) {
    Timed<Operation>& timed = calls_.emplace_back();
    timed.thread = thread_;
    // The two readings between calls may come in either order; both have been taken before the call goes on.
    timed.begin = std::max(last_end_, ticks_before_call());
    call(timed.operation);
    last_end_ = timed.end = ticks_after_call();
  }

  const std::vector<Timed<Operation>>& calls() const { return calls_; }

 private:
  int thread_;
  std::uint64_t last_end_ = 0;
  std::vector<Timed<Operation>> calls_;
};

}  // namespace contend
