// Two threads take two mutexes in opposite orders, but only try the second one, and let go of the first when that
// fails. std::lock does the same.
// Source: folklore; std::lock of [thread.lock.algorithm].

#include <mutex>
#include <thread>

namespace {

void lock_both(std::mutex& first, std::mutex& second) {
  for (;;) {
    first.lock();
    if (second.try_lock()) return;
    first.unlock();
    std::this_thread::yield();
  }
}

}  // namespace

int main() {
  std::mutex a;
  std::mutex b;
  int total = 0;
  const auto add_one = [&](std::mutex& first, std::mutex& second) {
    lock_both(first, second);
    ++total;
    second.unlock();
    first.unlock();
  };
  std::thread forward([&] { add_one(a, b); });
  std::thread backward([&] { add_one(b, a); });
  std::thread by_library([&] {
    const std::scoped_lock lock(b, a);
    ++total;
  });
  forward.join();
  backward.join();
  by_library.join();
  return total == 3 ? 0 : 1;
}
