#include "stress/driver/preempting_signal.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace contend {
namespace {

// Touched by builtins alone: a function of the library that is not inlined would be the program's one copy of it, not
// instrumented for anybody.
timer_t timers[cores_disturbed];
int spared_thread;
std::uint64_t draws;

// splitmix64 (Steele, Lea, Flood, 2014).
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9E3779B97F4A7C15U;
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31);
}

long drawn_between(long least, long most) {
  const std::uint64_t number = mixed(__atomic_fetch_add(&draws, 1, __ATOMIC_RELAXED));  // a counter, nothing more
  return least + static_cast<long>(number % static_cast<std::uint64_t>(most - least));
}

// The timer goes on by itself should this be the last moment of its thread.
void start(timer_t timer) {
  constexpr long next_ns = 200'000;
  itimerspec when;
  when.it_interval.tv_sec = 0;
  when.it_interval.tv_nsec = next_ns;
  when.it_value.tv_sec = 0;
  when.it_value.tv_nsec = drawn_between(10'000, next_ns);
  timer_settime(timer, 0, &when, nullptr);
}

// One of the other threads, each as likely as the next; 0 if there is none.
int drawn_other_thread(int but) {
  alignas(dirent64) char names[4096];  // of some hundred threads; of more, the first
  const long folder = syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return 0;
  const long bytes = syscall(SYS_getdents64, folder, names, sizeof names);
  syscall(SYS_close, folder);
  int drawn = 0;
  long others = 0;
  for (long at = 0; at < bytes;) {
    const auto* entry = reinterpret_cast<const dirent64*>(names + at);
    at += entry->d_reclen;
    int thread = 0;
    for (const char* digit = entry->d_name; *digit >= '0' && *digit <= '9'; ++digit) {
      thread = thread * 10 + *digit - '0';
    }
    if (thread == 0 || thread == but) continue;  // "." and ".."
    ++others;
    if (drawn_between(0, others) == 0) drawn = thread;
  }
  return drawn;
}

// Linux chooses the thread that was running, but before 6.3 the main thread: what reaches the spared one goes on to
// another.
void forward(siginfo_t* info, int spared) {
  const int other = drawn_other_thread(spared);
  info->si_code = SI_QUEUE;
  if (other != 0) syscall(SYS_rt_tgsigqueueinfo, getpid(), other, preempting_signal, info);
}

}  // namespace

void begin_preempting(std::uint64_t seed, int spared) {
  __atomic_store_n(&spared_thread, spared, __ATOMIC_SEQ_CST);
  __atomic_store_n(&draws, mixed(seed), __ATOMIC_SEQ_CST);
}

void begin_timer(int number, timer_t timer) {
  __atomic_store_n(&timers[number], timer, __ATOMIC_SEQ_CST);
  start(timer);
}

void sleep_in_handler(int, siginfo_t* info, void*) {
  const int saved = errno;
  const int thread = static_cast<int>(syscall(SYS_gettid));
  if (thread == __atomic_load_n(&spared_thread, __ATOMIC_SEQ_CST)) {
    if (info->si_code == SI_TIMER) forward(info, thread);
    errno = saved;
    return;
  }
  timespec pause;
  pause.tv_sec = 0;
  pause.tv_nsec = drawn_between(1'000, 150'000);
  syscall(SYS_nanosleep, &pause, nullptr);
  // Of a timer that is gone: refused.
  start(__atomic_load_n(&timers[info->si_value.sival_int], __ATOMIC_SEQ_CST));
  errno = saved;
}

}  // namespace contend
