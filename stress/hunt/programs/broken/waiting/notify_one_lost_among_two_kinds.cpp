// Readers and a writer of a one-place buffer wait on the same condition variable. notify_one after a put may wake the
// other putter, whom it does not concern and who goes back to sleep; the taker, whom it was meant for, sleeps on.
// Source: folklore; Goetz et al., "Java Concurrency in Practice", 2006, section 14.2.4.
// finds: deadlock

#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable changed;
  bool full = false;
  const auto put = [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !full; });
    full = true;
    changed.notify_one();
  };
  const auto take = [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return full; });
    full = false;
    changed.notify_one();
  };
  std::thread putters[] = {std::thread(put), std::thread(put)};
  std::thread takers[] = {std::thread(take), std::thread(take)};
  for (std::thread& thread : putters) thread.join();
  for (std::thread& thread : takers) thread.join();
  return 0;
}
