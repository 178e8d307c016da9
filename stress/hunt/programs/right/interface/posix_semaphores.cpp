// Semaphores of POSIX: a token for each post, deadlines of two clocks, and who has waited knows what was done before the post.

#include <errno.h>
#include <semaphore.h>
#include <time.h>

#include <thread>

namespace {

sem_t tokens;
int handed_over = 0;

timespec soon(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return {time.tv_sec + 1, time.tv_nsec};
}

bool is_empty() {
  const timespec real = soon(CLOCK_REALTIME);
  const timespec monotonic = soon(CLOCK_MONOTONIC);
  if (sem_trywait(&tokens) != -1 || errno != EAGAIN) return false;
  if (sem_timedwait(&tokens, &real) != -1 || errno != ETIMEDOUT) return false;
  return sem_clockwait(&tokens, CLOCK_MONOTONIC, &monotonic) == -1 && errno == ETIMEDOUT;
}

}  // namespace

int main() {
  sem_init(&tokens, 0, 0);
  if (!is_empty()) return 1;
  std::thread giver([] {
    handed_over = 1;
    sem_post(&tokens);
    sem_post(&tokens);
  });
  sem_wait(&tokens);
  const bool known = handed_over == 1;
  std::thread taker([] { sem_wait(&tokens); });
  giver.join();
  taker.join();
  int left = -1;
  sem_getvalue(&tokens, &left);
  sem_destroy(&tokens);
  return known && left == 0 ? 0 : 2;
}
