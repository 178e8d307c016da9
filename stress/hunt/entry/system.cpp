// What programs ask the system for: futexes, time, the processor, random numbers; and what cannot be explored.

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <climits>

#include "stress/hunt/entry/clocks.hpp"
#include "stress/hunt/entry/real.hpp"
#include "stress/hunt/runtime/scheduler.hpp"
#include "stress/hunt/waiting/waits.hpp"

namespace hunt = contend::hunt;
using hunt::as_timespec;
using hunt::kernel;
using hunt::nanoseconds;
using hunt::real;
using hunt::scheduler;

namespace {

inline bool explored() {
  return scheduler.current != nullptr;
}

// As the C library answers: -1 and errno.
long answered(long answer) {
  if (answer >= 0 || answer <= -4096) return answer;
  errno = static_cast<int>(-answer);
  return -1;
}

int answered_error(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

long futex(long word, long operation, long value, long timeout, long bits) {
  auto* const at = reinterpret_cast<const volatile std::uint32_t*>(word);
  const auto expected = static_cast<std::uint32_t>(value);
  const bool waits = (operation & FUTEX_CMD_MASK) == FUTEX_WAIT || (operation & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
  hunt::Patience patience;
  if (waits && timeout != 0) patience = hunt::until(nanoseconds(*reinterpret_cast<const timespec*>(timeout)));
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      patience.deadline_ns += scheduler.now_ns;  // a duration; with a set of bits it is a point of time
      return hunt::wait_at_futex(at, expected, patience, ~0u);
    case FUTEX_WAIT_BITSET:
      return hunt::wait_at_futex(at, expected, patience, static_cast<std::uint32_t>(bits));
    case FUTEX_WAKE:
      return hunt::wake_futex(at, value > INT_MAX ? INT_MAX : expected, ~0u);
    case FUTEX_WAKE_BITSET:
      return hunt::wake_futex(at, expected, static_cast<std::uint32_t>(bits));
    default:
      hunt::unsupported("an operation of futexes other than to wait and to wake");
  }
}

[[noreturn]] void refuse(const char* what) {
  hunt::unsupported(what);
}

std::uint64_t next_random() {
  return scheduler.program_random.next();
}

}  // namespace

extern "C" {

long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (explored()) {
    if (number == SYS_futex) return answered(futex(a[0], a[1], a[2], a[3], a[5]));
    if (number == SYS_gettid) return 100'000 + scheduler.current->number;
  }
  return answered(kernel(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

// --- semaphores

int sem_init(sem_t* semaphore, int, unsigned value) noexcept {
  __builtin_memset(semaphore, 0, sizeof *semaphore);
  *reinterpret_cast<std::uint32_t*>(semaphore) = value;
  return 0;
}
int sem_destroy(sem_t*) noexcept {
  return 0;
}
int sem_wait(sem_t* semaphore) {
  return explored() ? answered_error(hunt::wait_at_semaphore(semaphore, hunt::for_ever)) : real().sem_wait(semaphore);
}
int sem_trywait(sem_t* semaphore) noexcept {
  return explored() ? answered_error(hunt::wait_at_semaphore(semaphore, hunt::not_at_all))
                    : real().sem_trywait(semaphore);
}
int sem_timedwait(sem_t* semaphore, const timespec* time) {
  return explored() ? answered_error(hunt::wait_at_semaphore(semaphore, hunt::until(nanoseconds(*time))))
                    : real().sem_timedwait(semaphore, time);
}
int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* time) {
  return explored() ? answered_error(hunt::wait_at_semaphore(semaphore, hunt::until(nanoseconds(*time))))
                    : real().sem_clockwait(semaphore, clock, time);
}
int sem_post(sem_t* semaphore) noexcept {
  if (!explored()) return real().sem_post(semaphore);
  hunt::post_semaphore(semaphore);
  return 0;
}

// --- time and the processor

int sched_yield() noexcept {
  if (!explored()) return static_cast<int>(kernel(SYS_sched_yield));
  hunt::yield_point();
  return 0;
}
int sched_getcpu() noexcept {
  if (explored()) return static_cast<int>(scheduler.current->number % 2);
  unsigned processor = 0;
  kernel(SYS_getcpu, reinterpret_cast<long>(&processor), 0, 0);
  return static_cast<int>(processor);
}
pid_t gettid() noexcept {
  return explored() ? static_cast<pid_t>(100'000 + scheduler.current->number) : static_cast<pid_t>(kernel(SYS_gettid));
}
int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (!explored()) return static_cast<int>(answered(kernel(SYS_clock_gettime, clock, reinterpret_cast<long>(time))));
  *time = as_timespec(hunt::virtual_now_ns());
  return 0;
}
int gettimeofday(timeval* time, void*) noexcept {
  if (!explored()) return static_cast<int>(answered(kernel(SYS_gettimeofday, reinterpret_cast<long>(time), 0)));
  const timespec now = as_timespec(hunt::virtual_now_ns());
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
time_t time(time_t* at) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != nullptr) *at = now.tv_sec;
  return now.tv_sec;
}
int nanosleep(const timespec* duration, timespec* rest) {
  if (!explored()) {
    return static_cast<int>(
        answered(kernel(SYS_nanosleep, reinterpret_cast<long>(duration), reinterpret_cast<long>(rest))));
  }
  hunt::sleep_until(scheduler.now_ns + nanoseconds(*duration));
  return 0;
}
int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* rest) {
  if (!explored()) {
    return static_cast<int>(
        -kernel(SYS_clock_nanosleep, clock, flags, reinterpret_cast<long>(time), reinterpret_cast<long>(rest)));
  }
  const bool is_deadline = (flags & TIMER_ABSTIME) != 0;
  hunt::sleep_until(nanoseconds(*time) + (is_deadline ? 0 : scheduler.now_ns));
  return 0;
}
int usleep(useconds_t us) {
  const timespec duration = as_timespec(std::uint64_t{us} * 1000);
  return nanosleep(&duration, nullptr);
}
unsigned sleep(unsigned seconds) {
  const timespec duration{static_cast<time_t>(seconds), 0};
  nanosleep(&duration, nullptr);
  return 0;
}

// --- random numbers: the same in every execution

ssize_t getrandom(void* buffer, size_t bytes, unsigned flags) {
  if (!explored()) {
    return answered(kernel(SYS_getrandom, reinterpret_cast<long>(buffer), static_cast<long>(bytes), flags));
  }
  for (size_t i = 0; i < bytes; ++i) static_cast<unsigned char*>(buffer)[i] = static_cast<unsigned char>(next_random());
  return static_cast<ssize_t>(bytes);
}
int getentropy(void* buffer, size_t bytes) {
  return getrandom(buffer, bytes, 0) < 0 ? -1 : 0;
}
// std::random_device::operator()
unsigned hunt_random_device(void*) asm("_ZNSt13random_device9_M_getvalEv");
unsigned hunt_random_device(void*) {
  if (explored()) return static_cast<unsigned>(next_random());
  unsigned value = 0;
  kernel(SYS_getrandom, reinterpret_cast<long>(&value), sizeof value, 0);
  return value;
}

// --- what would let the world outside decide, or leave the process

// Functions that leave the process, or wait for something that the runtime does not know of.
#define REFUSED(answer, name, parameters, arguments)                               \
  answer name parameters {                                                         \
    if (explored()) refuse(#name "()");                                            \
    using Function = answer(*) parameters;                                         \
    static const auto next = reinterpret_cast<Function>(hunt::next_symbol(#name)); \
    return next arguments;                                                         \
  }
REFUSED(pid_t, fork, (), ())
REFUSED(int, pipe, (int* ends), (ends))
REFUSED(int, pipe2, (int* ends, int flags), (ends, flags))
REFUSED(int, eventfd, (unsigned count, int flags), (count, flags))
REFUSED(int, epoll_create, (int size), (size))
REFUSED(int, sigwait, (const sigset_t* signals, int* signal), (signals, signal))
REFUSED(int, sigsuspend, (const sigset_t* mask), (mask))
REFUSED(int, pause, (), ())
int socket(int domain, int type, int protocol) noexcept {
  if (explored()) refuse("sockets");
  return static_cast<int>(answered(kernel(SYS_socket, domain, type, protocol)));
}
int poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
  if (explored()) refuse("poll()");
  return static_cast<int>(
      answered(kernel(SYS_poll, reinterpret_cast<long>(descriptors), static_cast<long>(count), timeout_ms)));
}
int epoll_create1(int flags) noexcept {
  if (explored()) refuse("epoll");
  return static_cast<int>(answered(kernel(SYS_epoll_create1, flags)));
}

}  // extern "C"
