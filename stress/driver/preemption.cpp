#include "stress/driver/preemption.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

#include "impls/base/hashing.hpp"

namespace contend {
namespace {

// Nobody else's, and ignored by default: one that comes late does no harm.
constexpr int preempting_signal = SIGURG;

// What the handler needs, for it has nothing of its own. A signal that comes late may still see it.
constexpr int cores_disturbed = 2;
std::array<std::atomic<timer_t>, cores_disturbed> timers{};
std::atomic<pid_t> spared_thread{0};
std::atomic<std::uint64_t> draws{0};

pid_t this_thread() {
  return static_cast<pid_t>(syscall(SYS_gettid));
}

long drawn_between(long least, long most) {
  const std::uint64_t number = mix_bits(draws.fetch_add(1, std::memory_order_relaxed));  // a counter, nothing more
  return least + static_cast<long>(number % static_cast<std::uint64_t>(most - least));
}

// Everything here may be called in a signal handler, and the timer goes on by itself should this be the last moment of
// its thread.
void start_timer(timer_t timer) {
  constexpr long next_ns = 200'000;
  const itimerspec when{{0, next_ns}, {0, drawn_between(10'000, next_ns)}};
  timer_settime(timer, 0, &when, nullptr);
}

// One of the other threads, each as likely as the next; 0 if there is none.
pid_t drawn_other_thread(pid_t but) {
  alignas(dirent64) std::array<char, 4096> names;  // of some hundred threads; of more, the first
  const int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return 0;
  const ssize_t bytes = getdents64(folder, names.data(), names.size());
  close(folder);
  pid_t drawn = 0;
  long others = 0;
  for (ssize_t at = 0; at < bytes;) {
    const auto* entry = reinterpret_cast<const dirent64*>(names.data() + at);
    at += entry->d_reclen;
    pid_t thread = 0;
    for (const char* digit = entry->d_name; *digit >= '0' && *digit <= '9'; ++digit)
      thread = thread * 10 + *digit - '0';
    if (thread == 0 || thread == but) continue;  // "." and ".."
    ++others;
    if (drawn_between(0, others) == 0) drawn = thread;
  }
  return drawn;
}

// Linux chooses the thread that was running, but before 6.3 the main thread: what reaches the spared one goes on to
// another.
void forward(siginfo_t* info, pid_t spared) {
  const pid_t other = drawn_other_thread(spared);
  info->si_code = SI_QUEUE;
  if (other != 0) syscall(SYS_rt_tgsigqueueinfo, getpid(), other, preempting_signal, info);
}

void sleep_in_handler(int, siginfo_t* info, void*) {
  const int saved = errno;
  if (const pid_t thread = this_thread(); thread == spared_thread.load()) {
    if (info->si_code == SI_TIMER) forward(info, thread);
    errno = saved;
    return;
  }
  const timespec pause{0, drawn_between(1'000, 150'000)};
  nanosleep(&pause, nullptr);
  start_timer(timers[static_cast<std::size_t>(info->si_value.sival_int)]);  // of one that is gone: refused
  errno = saved;
}

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
  spared_thread = this_thread();
  draws = mix_bits(seed);
  for (int i = 0; i < cores_disturbed; ++i) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = preempting_signal;
    event.sigev_value.sival_int = i;
    timer_t timer{};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) {
      throw std::system_error(errno, std::generic_category(), "a timer of the random preemption");
    }
    timers[static_cast<std::size_t>(i)] = timer;
    start_timer(timer);
  }
}

RandomPreemption::~RandomPreemption() {
  for (const auto& timer : timers) timer_delete(timer);
}

}  // namespace contend
