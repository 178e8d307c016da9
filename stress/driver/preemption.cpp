#include "stress/driver/preemption.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

#include "stress/driver/preempting_signal.hpp"

namespace contend {
namespace {

void install_handler() {
  struct sigaction action{};
  action.sa_sigaction = sleep_in_handler;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  if (sigaction(preempting_signal, &action, nullptr) != 0) {
    throw std::system_error(errno, std::generic_category(), "the handler of the preempting signal");
  }
}

}  // namespace

RandomPreemption::RandomPreemption(std::uint64_t seed) {
  static const bool installed = [] {
    install_handler();
    return true;
  }();
  static_cast<void>(installed);
  begin_preempting(seed, static_cast<int>(syscall(SYS_gettid)));
  for (int i = 0; i < cores_disturbed; ++i) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = preempting_signal;
    event.sigev_value.sival_int = i;
    timer_t timer{};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
      throw std::system_error(errno, std::generic_category(), "a timer of the random preemption");
    }
    timers_[i] = timer;
    begin_timer(i, timer);
  }
}

RandomPreemption::~RandomPreemption() {
  for (const timer_t timer : timers_) timer_delete(timer);
}

}  // namespace contend
