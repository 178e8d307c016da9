#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <vector>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace contend {

// Ticks of a clock that all cores share (the invariant time-stamp counter, or the steady clock elsewhere). Fenced, so
// that what is between two readings runs between them.
inline std::uint64_t history_ticks() {
#if defined(__x86_64__)
  _mm_lfence();
  const std::uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

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
  ThreadHistory(int thread, std::size_t expected) : thread_(thread) { calls_.reserve(expected); }

  // Runs `call`, which fills in the operation with its answer, and records both.
  template <class Call>
  void record(Call&& call) {
    Timed<Operation>& timed = calls_.emplace_back();
    timed.thread = thread_;
    timed.begin = history_ticks();
    call(timed.operation);
    timed.end = history_ticks();
  }

  const std::vector<Timed<Operation>>& calls() const { return calls_; }

 private:
  int thread_;
  std::vector<Timed<Operation>> calls_;
};

}  // namespace contend
