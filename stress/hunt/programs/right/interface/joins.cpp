// Joins that do not wait for ever, and threads made detached.

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <atomic>

namespace {

std::atomic<int> stage{0};

void* answer_when_told(void* argument) {
  while (stage.load() == 0) sched_yield();
  return argument;
}

void* go_on(void*) {
  stage.store(1);
  return nullptr;
}

}  // namespace

int main() {
  int marker = 0;
  pthread_t waiting{};
  pthread_create(&waiting, nullptr, answer_when_told, &marker);
  void* result = nullptr;
  if (pthread_tryjoin_np(waiting, &result) != EBUSY) return 1;
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  if (pthread_timedjoin_np(waiting, &result, &time) != ETIMEDOUT) return 2;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t detached{};
  pthread_create(&detached, &attributes, go_on, nullptr);
  pthread_attr_destroy(&attributes);
  if (pthread_join(waiting, &result) != 0 || result != &marker) return 3;
  return pthread_equal(waiting, pthread_self()) != 0 ? 4 : 0;
}
