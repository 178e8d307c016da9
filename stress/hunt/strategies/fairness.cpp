#include "stress/hunt/strategies/fairness.hpp"

#include "stress/hunt/recording/branches.hpp"
#include "stress/hunt/runtime/scheduler.hpp"

namespace contend::hunt {
namespace {

using Set = std::uint64_t;  // of threads

struct Fairness {
  // Of each thread, since it last gave way: who could have run all the time, and who has run.
  Set able[most_ways];
  Set has_run[most_ways];
  Set goes_behind[most_ways];  // those of them who can run go first
  std::uint32_t yields[most_ways];
};
HUNT_STATE constinit Fairness fairness{};

Set runnable() {
  Set all = 0;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) all |= Set{1} << scheduler.runnable[i]->number;
  return all;
}

}  // namespace

void begin_fairness() {
  __builtin_memset(&fairness, 0, sizeof fairness);
}

void fairness_sees_yield(const Thread& thread) {
  constexpr std::uint32_t patience = 4;
  if (thread.number >= most_ways || ++fairness.yields[thread.number] % patience != 0) return;
  const std::uint32_t own = thread.number;
  fairness.goes_behind[own] |= fairness.able[own] & ~fairness.has_run[own] & ~(Set{1} << own);
  fairness.able[own] = runnable();
  fairness.has_run[own] = 0;
}

void fairness_sees_run(const Thread& thread) {
  if (thread.number >= most_ways) return;
  const Set own = Set{1} << thread.number;
  const Set able = runnable();
  for (std::uint32_t i = 0; i < scheduler.thread_count && i < most_ways; ++i) {
    fairness.goes_behind[i] &= ~own;
    fairness.has_run[i] |= own;
    fairness.able[i] &= able;
  }
}

std::uint64_t fair_to_run() {
  const Set able = runnable();
  Set fair = 0;
  for (Set left = able; left != 0; left &= left - 1) {
    const auto number = static_cast<std::uint32_t>(__builtin_ctzll(left));
    if ((fairness.goes_behind[number] & able) == 0) fair |= Set{1} << number;
  }
  return fair != 0 ? fair : able;
}

}  // namespace contend::hunt
