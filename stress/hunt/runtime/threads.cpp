#include "stress/hunt/runtime/threads.hpp"

#include <errno.h>

#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/leaks.hpp"
#include "stress/hunt/memory/shadow.hpp"
#include "stress/hunt/runtime/message.hpp"
#include "stress/hunt/strategies/strategies.hpp"

namespace contend::hunt {
namespace {

constexpr std::uint32_t most_exit_handlers = 4096;
constexpr std::uint64_t grace_ns = 1'000'000;  // for threads that are still there when main returns

struct Threads {
  Home::Destructor exit_handlers[most_exit_handlers];
  std::uint32_t exit_handler_count;
  void (*key_destructors[Home::most_keys])(void*);
  bool key_used[Home::most_keys];
};
HUNT_STATE constinit Threads threads{};

void refresh_several() {
  scheduler.several = scheduler.alive > 1 || scheduler.unjoined > 0;
}

// A lane whose last thread ended before something that the creator knows of, else a new one.
std::uint32_t take_lane() {
  const Thread* const creator = scheduler.current;
  for (std::uint32_t lane = 0; creator != nullptr && lane < scheduler.lanes; ++lane) {
    const Thread* const last = scheduler.lane_owner[lane];
    if (last->state == ThreadState::ended && creator->clock.of_lane[lane] >= scheduler.lane_clock[lane]) return lane;
  }
  if (scheduler.lanes == most_lanes) unsupported("more than 128 threads that nobody has waited for");
  scheduler.lane_clock[scheduler.lanes] = 0;
  if (scheduler.lanes == scheduler.most_lanes_ever) ++scheduler.most_lanes_ever;
  return scheduler.lanes++;
}

void run_thread_destructors(Thread& self) {
  Home& home = *self.home;
  while (home.destructor_count > 0) {
    const Home::Destructor destructor = home.destructors[--home.destructor_count];
    destructor.run(destructor.object);
  }
  constexpr int rounds = 4;  // as POSIX has it: a destructor may set values again
  for (int round = 0; round < rounds; ++round) {
    bool any = false;
    for (std::uint32_t key = 0; key < Home::most_keys; ++key) {
      void* const value = home.key_values[key];
      if (value == nullptr || threads.key_destructors[key] == nullptr) continue;
      home.key_values[key] = nullptr;
      any = true;
      threads.key_destructors[key](value);
    }
    if (!any) return;
  }
}

void end_thread(Thread& self) {
  run_thread_destructors(self);
  point(Act::end, &self, true);
  scheduler.lane_clock[self.lane] = self.clock.of_lane[self.lane];
  --scheduler.alive;
  ++scheduler.unjoined;
  self.state = ThreadState::ended;
  wake(&self, most_alive);
  if (scheduler.alive == 1) wake(&scheduler, 1);  // main waits for the rest
  refresh_several();
}

}  // namespace

void begin_threads() {
  threads.exit_handler_count = 0;
  __builtin_memset(threads.key_used, 0, sizeof threads.key_used);
}

Thread& new_thread(void* (*start)(void*), void* argument) {
  if (scheduler.thread_count == most_threads) unsupported("more than 8192 threads in one execution");
  if (scheduler.thread_count == 1) heap_is_set_up();
  Home* const home = take_home();
  const std::uint32_t lane = take_lane();
  Thread& thread = scheduler.threads[scheduler.thread_count];
  __builtin_memset(static_cast<void*>(&thread), 0, sizeof thread);
  thread.number = scheduler.thread_count++;
  thread.lane = lane;
  thread.home = home;
  thread.start = start;
  thread.argument = argument;
  thread.wake_bits = ~0u;
  home->thread = &thread;
  if (Thread* const creator = scheduler.current; creator != nullptr) {
    thread.clock = creator->clock;
    thread.seen_by_fences = creator->seen_by_fences;
    advance_clock(*creator);
  }
  thread.clock.of_lane[lane] = scheduler.lane_clock[lane] + 1;
  scheduler.lane_owner[lane] = &thread;
  ++scheduler.alive;
  refresh_several();
  if (home->used_in_execution == shadow.execution) forget_stack(address_of(home->stack), Home::stack_bytes);
  home->used_in_execution = shadow.execution;
  enter_runnable(thread);
  strategy_sees_new(thread);
  return thread;
}

Thread* thread_of(pthread_t pthread) {
  for (std::uint32_t i = scheduler.thread_count; i-- > 0;) {
    Thread& thread = scheduler.threads[i];
    if (thread.home->pthread == pthread && !thread.joined) return &thread;
  }
  return nullptr;
}

int join_thread(pthread_t pthread, void** result, bool waits, bool timed, std::uint64_t deadline_ns) {
  Thread* const thread = thread_of(pthread);
  if (thread == nullptr) return ESRCH;
  if (thread == scheduler.current) return EDEADLK;
  point(Act::join, thread, false);
  while (thread->state != ThreadState::ended) {
    if (!waits) return EBUSY;
    if (block(Act::join, thread, timed, deadline_ns, thread)) return ETIMEDOUT;
  }
  scheduler.current->clock.join(thread->clock, scheduler.lanes);
  thread->joined = true;
  leave_home(thread->home);
  --scheduler.unjoined;
  refresh_several();
  if (result != nullptr) *result = thread->result;
  return 0;
}

int detach_thread(pthread_t pthread) {
  Thread* const thread = thread_of(pthread);
  if (thread == nullptr) return ESRCH;
  thread->detached = true;
  return 0;
}

void run_thread_at(Home* home) {
  Thread& self = *home->thread;
  self.result = self.start(self.argument);
  if (self.number == 0) finish_program();
  end_thread(self);
  if (self.detached) {
    self.joined = true;  // nobody can ask for it by its pthread, which another will have
    leave_home(home);
  }
  leave_for_good(self);
  give_up("a thread that has ended ran again");
}

void at_exit_of_program(void (*run)(void*), void* object) {
  if (threads.exit_handler_count == most_exit_handlers) unsupported("more than 4096 objects to destroy at exit");
  threads.exit_handlers[threads.exit_handler_count++] = {run, object};
}

void finish_program() {
  Thread& self = *scheduler.current;
  if (scheduler.alive > 1) block(Act::end, &scheduler, true, scheduler.now_ns + grace_ns);
  run_thread_destructors(self);
  while (threads.exit_handler_count > 0) {
    const Home::Destructor handler = threads.exit_handlers[--threads.exit_handler_count];
    handler.run(handler.object);
  }
  if (scheduler.plan.watched.leaks && scheduler.alive == 1) report_leaks();
  end_execution();
}

void report_deadlock() {
  Message text;
  text.add("nobody can run:");
  for (std::uint32_t i = 0; i < scheduler.blocked_count; ++i) {
    const Thread& thread = *scheduler.blocked[i];
    text.add(i == 0 ? " thread " : ", thread ").add_number(thread.number).add(" waits in ").add(name_of(thread.act));
    if (thread.lock_owner != nullptr) text.add(" for thread ").add_number(thread.lock_owner->number);
  }
  found(FindingKind::deadlock, address_of(scheduler.current->act_on), text.text());
}

void report_no_progress() {
  Message text;
  text.add("no end after ").add_number(scheduler.plan.most_steps).add(" steps");
  found(FindingKind::no_progress, 0, text.text());
}

void unsupported(const char* what) {
  found(FindingKind::unsupported, 0, what);
}

int create_key(std::uint32_t* key, void (*destructor)(void*)) {
  for (std::uint32_t i = 0; i < Home::most_keys; ++i) {
    if (threads.key_used[i]) continue;
    threads.key_used[i] = true;
    threads.key_destructors[i] = destructor;
    for (std::uint32_t t = 0; t < scheduler.thread_count; ++t) scheduler.threads[t].home->key_values[i] = nullptr;
    *key = i;
    return 0;
  }
  return EAGAIN;
}

int delete_key(std::uint32_t key) {
  if (key >= Home::most_keys || !threads.key_used[key]) return EINVAL;
  threads.key_used[key] = false;
  threads.key_destructors[key] = nullptr;
  return 0;
}

void* value_of_key(std::uint32_t key) {
  return key < Home::most_keys ? scheduler.current->home->key_values[key] : nullptr;
}

int set_value_of_key(std::uint32_t key, const void* value) {
  if (key >= Home::most_keys) return EINVAL;
  scheduler.current->home->key_values[key] = const_cast<void*>(value);
  return 0;
}

}  // namespace contend::hunt
