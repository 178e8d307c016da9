// A plain message is published by a release fence before a relaxed store, and read after a relaxed load and an acquire
// fence. The fences order it; libtsan ignores them and reports a race.
// Source: google/sanitizers issue 1415; [atomics.fences] of the standard.

#include <atomic>
#include <thread>

int main() {
  int message = 0;
  std::atomic<bool> ready = false;
  std::thread writer([&] {
    message = 42;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  const int seen = message;
  writer.join();
  return seen == 42 ? 0 : 1;
}
