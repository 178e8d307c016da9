// One thread locks A, then B, lets go of A, and locks C; the other locks C and then A. The order of locking has a
// circle, A to B to C to A, but the first thread never holds A while it waits for C: no schedule can deadlock.
// Source: google/sanitizers issues 814 and 1419, llvm-project issue 57955.

#include <mutex>
#include <thread>

int main() {
  std::mutex a;
  std::mutex b;
  std::mutex c;
  int total = 0;
  std::thread walker([&] {
    std::unique_lock held_a(a);
    std::unique_lock held_b(b);
    held_a.unlock();
    const std::lock_guard lock(c);
    ++total;
  });
  std::thread closer([&] {
    const std::lock_guard outer(c);
    const std::lock_guard inner(a);
    ++total;
  });
  walker.join();
  closer.join();
  return total == 2 ? 0 : 1;
}
