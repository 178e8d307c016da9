// Two mutexes are locked in both orders, but by one thread only, while a second takes them one at a time. A thread does
// not deadlock with itself here.
// Source: google/sanitizers issue 488.

#include <mutex>
#include <thread>

int main() {
  std::mutex a;
  std::mutex b;
  int total = 0;
  std::thread both([&] {
    {
      const std::lock_guard outer(a);
      const std::lock_guard inner(b);
      ++total;
    }
    {
      const std::lock_guard outer(b);
      const std::lock_guard inner(a);
      ++total;
    }
  });
  std::thread single([&] {
    {
      const std::lock_guard lock(a);
      ++total;
    }
    const std::lock_guard lock(b);
  });
  both.join();
  single.join();
  return total == 3 ? 0 : 1;
}
