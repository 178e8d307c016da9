// Conditions: woken one by one and all at once, and by the deadlines of two clocks.

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <thread>

namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed;
int stage = 0;

timespec soon(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return {time.tv_sec + 1, time.tv_nsec};
}

void wait_for_stage(int wanted) {
  pthread_mutex_lock(&mutex);
  while (stage < wanted) pthread_cond_wait(&changed, &mutex);
  pthread_mutex_unlock(&mutex);
}

void set_stage(int next, bool all) {
  pthread_mutex_lock(&mutex);
  stage = next;
  if (all) pthread_cond_broadcast(&changed);
  if (!all) pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
}

// Nobody comes: the time runs out, or the wait ends for no reason, and the mutex is held again either way.
bool times_out() {
  pthread_mutex_lock(&mutex);
  const timespec real = soon(CLOCK_REALTIME);
  const timespec monotonic = soon(CLOCK_MONOTONIC);
  const int timed = pthread_cond_timedwait(&changed, &mutex, &real);
  const int clocked = pthread_cond_clockwait(&changed, &mutex, CLOCK_MONOTONIC, &monotonic);
  pthread_mutex_unlock(&mutex);
  return (timed == ETIMEDOUT || timed == 0) && (clocked == ETIMEDOUT || clocked == 0);
}

}  // namespace

int main() {
  pthread_cond_init(&changed, nullptr);
  if (!times_out()) return 1;
  std::thread one([] { wait_for_stage(1); });
  set_stage(1, false);
  one.join();
  std::thread two([] { wait_for_stage(2); });
  std::thread three([] { wait_for_stage(2); });
  set_stage(2, true);
  two.join();
  three.join();
  pthread_cond_destroy(&changed);
  return pthread_mutex_destroy(&mutex);
}
