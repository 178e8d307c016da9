#include "stress/hunt/strategies/strategies.hpp"

#include "stress/hunt/recording/signature.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/strategies/selective_walk.hpp"
#include "stress/hunt/strategies/steering.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_changes = 32;
constexpr std::uint64_t priorities_of_new = std::uint64_t{1} << 41;  // above all that were lowered

struct Priorities {
  std::uint64_t next_lowest;
  std::uint64_t changes[most_changes];
  std::uint32_t change_count;
};
HUNT_STATE constinit Priorities priorities{};

Random& random() {
  return scheduler.random;
}

Thread* any_runnable() {
  return scheduler.runnable[random().below(scheduler.runnable_count)];
}

Thread* any_other(const Thread& running) {
  Thread* const chosen = any_runnable();
  if (chosen != &running) return chosen;
  const std::uint32_t step = 1 + random().below(scheduler.runnable_count - 1);
  return scheduler.runnable[(chosen->place_in_runnable + step) % scheduler.runnable_count];
}

Thread* highest() {
  Thread* best = scheduler.runnable[0];
  for (std::uint32_t i = 1; i < scheduler.runnable_count; ++i) {
    if (scheduler.runnable[i]->priority > best->priority) best = scheduler.runnable[i];
  }
  return best;
}

Thread* choose_by_changes(Thread& running) {
  for (std::uint32_t i = 0; i < priorities.change_count; ++i) {
    if (priorities.changes[i] == scheduler.execution.choices) running.priority = priorities.next_lowest--;
  }
  return highest();
}

bool conflicts(const Thread& a, const Thread& b) {
  return a.act_on == b.act_on && a.act_on != nullptr && (a.act_writes || b.act_writes);
}

// Whoever is about to conflict with the chosen one draws anew: orders of conflicting operations are then even.
Thread* choose_by_conflicts(Thread& running) {
  running.priority = random().next();
  Thread* const best = highest();
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    Thread* const other = scheduler.runnable[i];
    if (other != best && conflicts(*other, *best)) other->priority = random().next();
  }
  return best;
}

// Starts and ends can happen in one order alone, and there may be more of them than of all else.
bool may_be_selected(Act act) {
  return act != Act::create && act != Act::join && act != Act::end;
}

Thread* chosen_by_strategy(Thread& running) {
  switch (scheduler.plan.strategy) {
    case Strategy::round_robin:
      return next_by_number(running);
    case Strategy::random_walk:
      return any_runnable();
    case Strategy::sticky_walk:
      if (running.state == ThreadState::runnable && random().below(16) != 0) return &running;
      return any_runnable();
    case Strategy::pct:
      return choose_by_changes(running);
    case Strategy::pos:
      return choose_by_conflicts(running);
    case Strategy::surw:
      return choose_selectively();
    case Strategy::steered:
      return choose_steered();
    case Strategy::guided:
      break;
  }
  return &running;
}

}  // namespace

void begin_strategy() {
  priorities.next_lowest = priorities_of_new / 2;
  priorities.change_count = 0;
  if (scheduler.plan.strategy == Strategy::pct) {
    const std::uint32_t changes = scheduler.plan.depth - 1 < most_changes ? scheduler.plan.depth - 1 : most_changes;
    const std::uint64_t choices = scheduler.plan.expected_choices > 0 ? scheduler.plan.expected_choices : 1;
    for (; priorities.change_count < changes; ++priorities.change_count) {
      priorities.changes[priorities.change_count] = 1 + random().next() % choices;
    }
  }
  begin_selective_walk();
}

void strategy_sees_new(Thread& thread) {
  thread.priority =
      scheduler.plan.strategy == Strategy::pct ? priorities_of_new + (random().next() >> 23) : random().next();
}

void strategy_sees_woken(Thread& thread) {
  if (scheduler.plan.strategy == Strategy::pos) thread.priority = random().next();
}

void strategy_sees_yield(Thread& thread) {
  if (scheduler.plan.strategy == Strategy::pct) thread.priority = priorities.next_lowest--;
}

void strategy_sees_step(const Thread& thread, Act act, std::uint32_t slot) {
  if (scheduler.plan.strategy == Strategy::surw && may_be_selected(act)) count_selected_step(thread, slot);
}

Thread* next_by_number(const Thread& running) {
  Thread* next = nullptr;
  Thread* lowest = nullptr;
  for (std::uint32_t i = 0; i < scheduler.runnable_count; ++i) {
    Thread* const thread = scheduler.runnable[i];
    if (thread == &running) continue;
    if (lowest == nullptr || thread->number < lowest->number) lowest = thread;
    if (thread->number > running.number && (next == nullptr || thread->number < next->number)) next = thread;
  }
  return next != nullptr ? next : lowest;
}

Thread* choose_next(Thread& running, bool gives_way) {
  const bool runs = running.state == ThreadState::runnable;
  const bool by_priority = scheduler.plan.strategy == Strategy::pct;
  // Half of the yields give nobody the time to do anything.
  if (gives_way && runs && !by_priority && random().below(2) == 0) return any_other(running);
  return chosen_by_strategy(running);
}

}  // namespace contend::hunt
