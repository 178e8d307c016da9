#include "stress/hunt/explore/scenario.hpp"

#include <signal.h>
#include <sys/time.h>

#include "stress/hunt/memory/heap.hpp"
#include "stress/hunt/memory/image.hpp"
#include "stress/hunt/runtime/message.hpp"

namespace contend::hunt {
namespace {

struct Call {
  const Scenario* scenario;
  const Workload* workload;
};

void* call_scenario(void* argument) {
  const Call& call = *static_cast<const Call*>(argument);
  call.scenario->run(*call.workload);
  return nullptr;
}

// Where a stack has run over there is none left for the handler.
alignas(16) HUNT_STATE char handler_stack[64 * 1024];

void on_crash(int signal, siginfo_t* information, void*) {
  if (scheduler.current == nullptr) {
    ::signal(signal, SIG_DFL);
    return;
  }
  Message text;
  text.add("signal ").add_number(static_cast<std::uint64_t>(signal));
  text.add(signal == SIGSEGV ? ": memory is touched that is not there" : "");
  const Home& home = *scheduler.current->home;
  const std::uintptr_t place =
      home.frame_count > 0 && home.frame_count <= Home::most_frames ? address_of(home.frames[home.frame_count - 1]) : 0;
  found(FindingKind::crash, address_of(information->si_addr), text.text(), place);
}

// No step between two looks at the clock: a loop that the runtime does not see, or a call that waits for the world.
struct Stillness {
  std::uint64_t steps;
  std::uint64_t execution;
};
HUNT_STATE constinit Stillness stillness{};
HUNT_STATE constinit std::uint64_t executions = 0;

void on_clock(int) {
  const Stillness now{scheduler.execution.steps, executions};
  const bool still =
      scheduler.current != nullptr && now.steps == stillness.steps && now.execution == stillness.execution;
  stillness = now;
  if (still) found(FindingKind::no_progress, 0, "code that is not instrumented has run for seconds without a step");
}

void watch_signals() {
  stack_t stack{};
  stack.ss_sp = handler_stack;
  stack.ss_size = sizeof handler_stack;
  sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  action.sa_sigaction = on_crash;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(signal, &action, nullptr);
  struct sigaction clock{};
  clock.sa_flags = SA_NODEFER;
  clock.sa_handler = on_clock;
  sigaction(SIGPROF, &clock, nullptr);
  constexpr itimerval every{{5, 0}, {5, 0}};  // seconds of the processor
  setitimer(ITIMER_PROF, &every, nullptr);
}

}  // namespace

void enter_hunt(const Setting& setting) {
  prepare_scheduler();
  prepare_homes(setting.switching);
  watch_signals();
  keep_image();
  keep_heap();
}

const Execution& run_once(const Scenario& scenario, const Workload& workload, const Plan& plan) {
  ++executions;
  Call call{&scenario, &workload};
  explore(plan, call_scenario, &call);
  return last_execution();
}

std::vector<Decision> decisions_of_last() {
  const Decision* const first = recorded_decisions();
  return {first, first + last_execution().decisions};
}

}  // namespace contend::hunt
