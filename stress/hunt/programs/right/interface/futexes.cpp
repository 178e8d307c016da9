// Futexes by system call: a wait looks at the word, a wake counts whom it woke, bits choose, deadlines end.

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <thread>

namespace {

std::atomic<unsigned> word{0};

long futex(int operation, unsigned value, const timespec* time = nullptr, unsigned bits = ~0u) {
  return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, time, nullptr, bits);
}

void wait_for(unsigned wanted, int operation, unsigned bits) {
  for (unsigned seen; (seen = word.load()) < wanted;) futex(operation, seen, nullptr, bits);
}

}  // namespace

int main() {
  const timespec short_time{0, 1'000};
  if (futex(FUTEX_WAIT, 1) != -1 || errno != EAGAIN) return 1;
  if (futex(FUTEX_WAIT, 0, &short_time) != -1 || errno != ETIMEDOUT) return 2;
  timespec past{};
  clock_gettime(CLOCK_MONOTONIC, &past);
  if (futex(FUTEX_WAIT_BITSET, 0, &past) != -1 || errno != ETIMEDOUT) return 3;
  if (futex(FUTEX_WAKE, INT_MAX) != 0) return 4;
  std::thread first([] { wait_for(1, FUTEX_WAIT, ~0u); });
  word.store(1);
  futex(FUTEX_WAKE, INT_MAX);
  first.join();
  std::thread by_bits([] { wait_for(2, FUTEX_WAIT_BITSET, 2); });
  word.store(2);
  if (futex(FUTEX_WAKE_BITSET, INT_MAX, nullptr, 4) != 0) return 5;
  futex(FUTEX_WAKE_BITSET, INT_MAX, nullptr, 2);
  by_bits.join();
  return 0;
}
