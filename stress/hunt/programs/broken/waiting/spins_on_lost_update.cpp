// Two threads report themselves ready by a load and a store, and a third spins until both have. When one report is
// lost, it spins for ever.
// Source: folklore.
// finds: livelock

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> ready = 0;
  const auto report = [&] { ready.store(ready.load() + 1); };
  std::thread first(report);
  std::thread second(report);
  while (ready.load() != 2) std::this_thread::yield();
  first.join();
  second.join();
  return 0;
}
