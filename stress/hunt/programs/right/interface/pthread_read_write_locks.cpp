// Locks for readers and writers, with all that can be asked of them: readers together, writers alone, deadlines of two clocks.

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <thread>

namespace {

pthread_rwlock_t lock;
int value = 0;

timespec soon(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return {time.tv_sec + 1, time.tv_nsec};
}

bool nobody_gets_in() {
  const timespec real = soon(CLOCK_REALTIME);
  const timespec monotonic = soon(CLOCK_MONOTONIC);
  return pthread_rwlock_tryrdlock(&lock) == EBUSY && pthread_rwlock_trywrlock(&lock) == EBUSY &&
         pthread_rwlock_timedrdlock(&lock, &real) == ETIMEDOUT &&
         pthread_rwlock_timedwrlock(&lock, &real) == ETIMEDOUT &&
         pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &monotonic) == ETIMEDOUT &&
         pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &monotonic) == ETIMEDOUT;
}

bool readers_get_in() {
  if (pthread_rwlock_tryrdlock(&lock) != 0) return false;
  pthread_rwlock_unlock(&lock);
  return pthread_rwlock_trywrlock(&lock) == EBUSY;
}

template <class Question>
bool asked_elsewhere(Question question) {
  bool answer = false;
  std::thread other([&] { answer = question(); });
  other.join();
  return answer;
}

void write_often() {
  for (int i = 0; i < 2; ++i) {
    pthread_rwlock_wrlock(&lock);
    value += 2;
    pthread_rwlock_unlock(&lock);
  }
}

bool reads_are_even() {
  pthread_rwlock_rdlock(&lock);
  const bool even = value % 2 == 0;
  pthread_rwlock_unlock(&lock);
  return even;
}

}  // namespace

int main() {
  pthread_rwlock_init(&lock, nullptr);
  pthread_rwlock_wrlock(&lock);
  if (!asked_elsewhere(nobody_gets_in)) return 1;
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_rdlock(&lock);
  if (!asked_elsewhere(readers_get_in)) return 2;
  pthread_rwlock_unlock(&lock);
  bool even = false;
  std::thread writer(write_often);
  std::thread other_writer(write_often);
  std::thread reader([&] { even = reads_are_even(); });
  writer.join();
  other_writer.join();
  reader.join();
  if (!even || value != 8) return 3;
  return pthread_rwlock_destroy(&lock);
}
