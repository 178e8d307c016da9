// Mutexes of each kind, with all that can be asked of them: what POSIX lets them answer, and one thread at a time inside.

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <thread>

namespace {

constexpr long short_ns = 1'000'000;

timespec soon(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  time.tv_nsec += short_ns;
  if (time.tv_nsec >= 1'000'000'000) time = {time.tv_sec + 1, time.tv_nsec - 1'000'000'000};
  return time;
}

struct OfKind {
  explicit OfKind(int kind) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kind);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
  ~OfKind() { pthread_mutex_destroy(&mutex); }
  pthread_mutex_t mutex;
};

int checked(bool right, int code) {
  return right ? 0 : code;
}

// While somebody else holds it.
int tries(pthread_mutex_t& mutex) {
  const timespec real = soon(CLOCK_REALTIME);
  const timespec monotonic = soon(CLOCK_MONOTONIC);
  if (pthread_mutex_trylock(&mutex) != EBUSY) return 1;
  if (pthread_mutex_timedlock(&mutex, &real) != ETIMEDOUT) return 2;
  return checked(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &monotonic) == ETIMEDOUT, 3);
}

int held_elsewhere(int kind) {
  OfKind held(kind);
  pthread_mutex_lock(&held.mutex);
  int answer = 0;
  std::thread other([&] { answer = tries(held.mutex); });
  other.join();
  pthread_mutex_unlock(&held.mutex);
  return answer;
}

int by_its_owner() {
  OfKind recursive(PTHREAD_MUTEX_RECURSIVE);
  OfKind checking(PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_lock(&recursive.mutex);
  if (pthread_mutex_lock(&recursive.mutex) != 0 || pthread_mutex_trylock(&recursive.mutex) != 0) return 4;
  for (int i = 0; i < 3; ++i) pthread_mutex_unlock(&recursive.mutex);
  pthread_mutex_lock(&checking.mutex);
  if (pthread_mutex_lock(&checking.mutex) != EDEADLK) return 5;
  pthread_mutex_unlock(&checking.mutex);
  return checked(pthread_mutex_unlock(&checking.mutex) == EPERM, 6);
}

int count_together(int kind) {
  OfKind guard(kind);
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 2; ++i) {
      const timespec late{.tv_sec = 4'000'000'000, .tv_nsec = 0};
      if (i == 0) pthread_mutex_lock(&guard.mutex);
      if (i == 1) pthread_mutex_timedlock(&guard.mutex, &late);
      ++count;
      pthread_mutex_unlock(&guard.mutex);
    }
  };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  return checked(count == 4, 7);
}

}  // namespace

int main() {
  for (const int kind : {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK}) {
    if (const int code = held_elsewhere(kind); code != 0) return code;
    if (const int code = count_together(kind); code != 0) return code;
  }
  return by_its_owner();
}
