// Waits once for what is announced once. That is enough while waits end only when somebody ends them, but they may end for no reason,
// and then the answer is taken before it is there.
// Source: [thread.condition.condvar]/10, "blocks until notified or spuriously unblocked".
// needs: spurious
// finds: assertion

#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable ready;
  int answer = 0;
  std::unique_lock lock(mutex);
  std::thread other([&] {
    const std::lock_guard own(mutex);
    answer = 42;
    ready.notify_one();
  });
  ready.wait(lock);
  const int seen = answer;
  lock.unlock();
  other.join();
  return seen == 42 ? 0 : 1;
}
