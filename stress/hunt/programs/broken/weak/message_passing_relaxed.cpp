// A message is written and then a flag is set, both relaxed. Who sees the flag may still read the old message.
// Source: Boehm and Adve, "Foundations of the C++ Concurrency Memory Model", PLDI 2008; the litmus test MP.
// finds: assertion
// needs: weak

#include <atomic>
#include <thread>

int main() {
  std::atomic<int> message = 0;
  std::atomic<bool> ready = false;
  bool stale = false;
  std::thread writer([&] {
    message.store(42, std::memory_order_relaxed);
    ready.store(true, std::memory_order_relaxed);
  });
  std::thread reader([&] {
    if (ready.load(std::memory_order_relaxed)) stale = message.load(std::memory_order_relaxed) != 42;
  });
  writer.join();
  reader.join();
  return stale ? 1 : 0;
}
