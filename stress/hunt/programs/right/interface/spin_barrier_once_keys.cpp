// Spin locks, barriers, what is done once, and values of threads with destructors, as POSIX has them.

#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <thread>

namespace {

pthread_spinlock_t spin;
pthread_barrier_t barrier;
pthread_once_t once = PTHREAD_ONCE_INIT;
pthread_key_t key;
int made = 0;
int guarded = 0;
int serial_threads = 0;
std::atomic<int> destroyed{0};

void make() {
  ++made;
}

void work() {
  static int marker = 0;
  pthread_once(&once, make);
  pthread_setspecific(key, &marker);
  pthread_spin_lock(&spin);
  ++guarded;
  pthread_spin_unlock(&spin);
  for (int round = 0; round < 2; ++round) {
    if (pthread_barrier_wait(&barrier) != PTHREAD_BARRIER_SERIAL_THREAD) continue;
    pthread_spin_lock(&spin);
    ++serial_threads;
    pthread_spin_unlock(&spin);
  }
  if (pthread_getspecific(key) != &marker) destroyed = 100;
}

}  // namespace

int main() {
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_barrier_init(&barrier, nullptr, 2);
  pthread_key_create(&key, [](void*) { ++destroyed; });
  pthread_spin_lock(&spin);
  if (pthread_spin_trylock(&spin) != EBUSY) return 1;
  pthread_spin_unlock(&spin);
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  pthread_key_delete(key);
  pthread_barrier_destroy(&barrier);
  pthread_spin_destroy(&spin);
  return made == 1 && guarded == 2 && serial_threads == 2 && destroyed == 2 ? 0 : 2;
}
