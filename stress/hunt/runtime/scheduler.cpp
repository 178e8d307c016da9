#include "stress/hunt/runtime/scheduler.hpp"

#include "stress/hunt/atomics/history.hpp"
#include "stress/hunt/memory/accesses.hpp"
#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/image.hpp"
#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/recording/branches.hpp"
#include "stress/hunt/recording/signature.hpp"
#include "stress/hunt/recording/trace.hpp"
#include "stress/hunt/runtime/choices.hpp"
#include "stress/hunt/runtime/threads.hpp"
#include "stress/hunt/strategies/fairness.hpp"
#include "stress/hunt/strategies/strategies.hpp"
#include "stress/hunt/waiting/lock_order.hpp"
#include "stress/hunt/waiting/objects.hpp"

namespace contend::hunt {

HUNT_STATE constinit Scheduler scheduler;

namespace {

constexpr std::uint64_t first_instant_ns = 2'000'000'000'000'000'000;  // 2033: what was logged lies in the past
constexpr std::uint64_t step_ns = 100;

void make_runnable(Thread& thread) {
  thread.state = ThreadState::runnable;
  thread.place_in_runnable = scheduler.runnable_count;
  scheduler.runnable[scheduler.runnable_count++] = &thread;
}

void leave_runnable(Thread& thread) {
  Thread* const last = scheduler.runnable[--scheduler.runnable_count];
  scheduler.runnable[thread.place_in_runnable] = last;
  last->place_in_runnable = thread.place_in_runnable;
}

// Those that wait stand in the order in which they began to.
void leave_blocked(Thread& thread) {
  std::uint32_t i = 0;
  while (scheduler.blocked[i] != &thread) ++i;
  for (--scheduler.blocked_count; i < scheduler.blocked_count; ++i) scheduler.blocked[i] = scheduler.blocked[i + 1];
}

void unblock(Thread& thread, bool by_deadline) {
  leave_blocked(thread);
  if (thread.timed) --scheduler.timed_count;
  thread.timed = false;
  thread.timed_out = by_deadline;
  make_runnable(thread);
  strategy_sees_woken(thread);
}

void jump_to_next_deadline() {
  std::uint64_t earliest = ~0ull;
  for (std::uint32_t i = 0; i < scheduler.blocked_count; ++i) {
    const Thread& thread = *scheduler.blocked[i];
    if (thread.timed && thread.deadline_ns < earliest) earliest = thread.deadline_ns;
  }
  if (earliest > scheduler.now_ns) scheduler.now_ns = earliest;
}

// Time passes with each step, and jumps to the next deadline when nobody can run before it.
void pass_deadlines() {
  if (scheduler.timed_count == 0) return;
  if (scheduler.runnable_count == 0) jump_to_next_deadline();
  for (std::uint32_t i = 0; i < scheduler.blocked_count;) {
    Thread& thread = *scheduler.blocked[i];
    if (thread.timed && thread.deadline_ns <= scheduler.now_ns) {
      unblock(thread, true);
    } else {
      ++i;
    }
  }
}

// By default the running thread goes on; where it cannot, or gives way, the next one by number.
Thread* default_next(Thread& running, bool gives_way) {
  if (running.state == ThreadState::runnable && !gives_way) return &running;
  return next_by_number(running);
}

[[noreturn]] void go_to_driver(Thread& self) {
  scheduler.current = nullptr;
  switch_to_driver(self.home);
  give_up("a thread of an execution that is over ran again");
}

void note_yield(Thread& self) {
  strategy_sees_yield(self);
  if (scheduler.plan.branching) fairness_sees_yield(self);
}

// A thread that has run for so long without a pause is taken for a loop that waits and forgot to yield. Where all ways are
// explored each step of it costs many, so that one is sooner taken for one.
bool is_tired(Thread& self) {
  constexpr std::uint32_t patience = 1000;
  constexpr std::uint32_t patience_with_one_object = 8;
  ++self.steps_in_a_row;
  bool tired = self.steps_in_a_row > patience;
  if (scheduler.plan.branching && self.state == ThreadState::runnable) {
    self.steps_at_one = self.act_on == self.last_on ? self.steps_at_one + 1 : 0;
    self.last_on = self.act_on;
    tired = tired || self.steps_at_one >= patience_with_one_object;
  }
  if (!tired) return false;
  self.steps_in_a_row = 0;
  self.steps_at_one = 0;
  note_yield(self);
  return true;
}

// Somebody runs; when this returns it is `self` again.
void hand_over(Thread& self, bool gives_way) {
  pass_deadlines();
  ++self.ordinal;
  if (scheduler.runnable_count == 0) report_deadlock();
  Thread* next = scheduler.runnable[0];
  if (scheduler.runnable_count > 1) {
    ++scheduler.execution.choices;
    if (is_tired(self)) gives_way = true;
    Thread* const by_default = default_next(self, gives_way);
    if (scheduler.plan.strategy == Strategy::guided) {
      next = guided_next(self, by_default);
    } else {
      next = choose_next(self, gives_way);
    }
    if (scheduler.plan.branching) next = branch_to_thread(self, gives_way, next);
    if (next != by_default) record_decision(self, Decision::What::run, next->number);
  }
  if (scheduler.plan.branching) fairness_sees_run(*next);
  if (next != &self) {
    ++scheduler.execution.switches;
    self.steps_in_a_row = 0;
    if (scheduler.plan.recording) settle_last_access();
    scheduler.current = next;
    switch_between(self.home, next->home);
  }
  if (scheduler.ending) go_to_driver(self);
}

void count_step(Thread& self, Act act, const volatile void* on, bool writes, std::uint64_t duration_ns) {
  constexpr std::uint32_t rarity_of_jumps = 16;
  scheduler.now_ns += duration_ns;
  if (scheduler.plan.may.time_jumps && scheduler.timed_count > 0 && choose_fault(rarity_of_jumps))
    jump_to_next_deadline();
  self.act = act;
  self.act_on = on;
  self.act_writes = writes;
  if (++scheduler.execution.steps > scheduler.plan.most_steps) report_no_progress();
}

}  // namespace

void prepare_scheduler() {
  scheduler.threads = reserve_array<Thread>(most_threads);
  scheduler.decisions = reserve_array<Decision>(most_decisions);
  prepare_trace();
  prepare_branches();
  prepare_shadow();
  prepare_objects();
  prepare_histories();
}

void point(Act act, const volatile void* on, bool writes) {
  Thread& self = *scheduler.current;
  if (!scheduler.several) {
    if (scheduler.plan.recording) record_event(self, act, on);
    return;
  }
  count_step(self, act, on, writes, step_ns);
  hand_over(self, false);
  sign_step(self, act, on, writes);
  if (scheduler.plan.recording) record_event(self, act, on);
}

void yield_point() {
  Thread& self = *scheduler.current;
  count_step(self, Act::yield, nullptr, false, 10 * step_ns);
  note_yield(self);
  hand_over(self, true);
}

bool block(Act act, const volatile void* on, bool timed, std::uint64_t deadline_ns, Thread* owner) {
  Thread& self = *scheduler.current;
  leave_runnable(self);
  self.state = ThreadState::blocked;
  self.waits_for = on;
  self.act = act;
  self.act_on = on;
  self.lock_owner = owner;
  self.timed = timed;
  self.timed_out = false;
  self.deadline_ns = deadline_ns;
  scheduler.blocked[scheduler.blocked_count++] = &self;
  if (timed) ++scheduler.timed_count;
  hand_over(self, true);
  self.waits_for = nullptr;
  self.lock_owner = nullptr;
  sign_end_of_wait(self, on);
  return self.timed_out;
}

std::uint32_t wake(const volatile void* on, std::uint32_t most, std::uint32_t bits) {
  Thread* waiting[most_alive];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < scheduler.blocked_count; ++i) {
    Thread* const thread = scheduler.blocked[i];
    if (thread->waits_for == on && (thread->wake_bits & bits) != 0) waiting[count++] = thread;
  }
  std::uint32_t woken = 0;
  while (count > 0 && woken < most) {
    const std::uint32_t chosen = most >= count ? 0 : choose_alternative(Decision::What::wake, count);
    unblock(*waiting[chosen], false);
    --count;
    for (std::uint32_t i = chosen; i < count; ++i) waiting[i] = waiting[i + 1];
    ++woken;
  }
  return woken;
}

void found(FindingKind kind, std::uintptr_t address, const char* text, std::uintptr_t place, std::uint32_t event,
           std::uint32_t earlier_event) {
  Thread& self = *scheduler.current;
  Finding& finding = scheduler.execution.finding;
  if (finding.kind == FindingKind::none) {
    finding.kind = kind;
    finding.thread = self.number;
    finding.step = scheduler.execution.steps;
    finding.address = address;
    finding.place = place;
    finding.event = event;
    finding.earlier_event = earlier_event;
    std::size_t length = 0;
    for (; text[length] != '\0' && length + 1 < Finding::most_text; ++length) finding.text[length] = text[length];
    finding.text[length] = '\0';
  }
  end_execution();
}

void end_execution() {
  Thread& self = *scheduler.current;
  scheduler.ending = true;
  go_to_driver(self);
}

void enter_runnable(Thread& thread) {
  make_runnable(thread);
}

void leave_for_good(Thread& self) {
  leave_runnable(self);
  self.state = ThreadState::ended;
  hand_over(self, true);
}

void explore(const Plan& plan, void* (*scenario)(void*), void* argument) {
  restore_image();
  empty_all_homes();
  scheduler.plan = plan;
  scheduler.execution = {};
  scheduler.random.state = plan.seed * 0x2545F4914F6CDD1Du + 1;
  scheduler.other_random.state = scheduler.random.state ^ 0xabcdefu;
  scheduler.program_random.state = 1;
  scheduler.now_ns = first_instant_ns;
  scheduler.thread_count = scheduler.runnable_count = scheduler.blocked_count = scheduler.timed_count = 0;
  scheduler.alive = scheduler.unjoined = scheduler.lanes = scheduler.decision_count = 0;
  scheduler.several = scheduler.ending = false;
  begin_shadow();
  begin_objects();
  begin_lock_order();
  begin_accesses();
  begin_histories();
  begin_heap();
  begin_signature();
  begin_trace();
  begin_threads();
  begin_branches();
  begin_fairness();
  begin_strategy();
  Thread& first = new_thread(scenario, argument);
  scheduler.current = &first;
  switch_from_driver(first.home);
  scheduler.current = nullptr;
  settle_last_access();
  scheduler.execution.threads = scheduler.thread_count;
  scheduler.execution.decisions = scheduler.decision_count;
  scheduler.execution.signature = signature_of_execution();
  scheduler.execution.trace_hash = hash_of_trace();
}

const Execution& last_execution() {
  return scheduler.execution;
}
const Decision* recorded_decisions() {
  return scheduler.decisions;
}

}  // namespace contend::hunt
