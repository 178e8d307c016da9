// A consumer that was woken takes for granted that there is something to take. Another consumer that came by meanwhile
// has taken it.
// Source: Lampson and Redell, "Experience with Processes and Monitors in Mesa", CACM 1980: a wake-up is but a hint.
// finds: assertion

#include <condition_variable>
#include <mutex>
#include <thread>

int main() {
  std::mutex mutex;
  std::condition_variable filled;
  int items = 0;
  bool took_nothing = false;
  const auto consume = [&] {
    std::unique_lock lock(mutex);
    if (items == 0) filled.wait(lock);
    if (items == 0) {
      took_nothing = true;
      return;
    }
    --items;
  };
  std::thread first(consume);
  std::thread second(consume);
  for (int item = 0; item < 2; ++item) {
    const std::lock_guard lock(mutex);
    ++items;
    filled.notify_one();
  }
  first.join();
  second.join();
  return took_nothing ? 1 : 0;
}
