// One thread locks A and then B, the other B and then A. When each holds its first mutex, both wait for ever.
// Source: folklore; the circular wait of Coffman, Elphick and Shoshani, "System Deadlocks", 1971.
// finds: deadlock lock-order
// tells: waits for a, for ever
// tells: waits for b, for ever

#include <mutex>
#include <thread>

int main() {
  std::mutex a;
  std::mutex b;
  int total = 0;
  std::thread first([&] {
    const std::lock_guard outer(a);
    const std::lock_guard inner(b);
    ++total;
  });
  std::thread second([&] {
    const std::lock_guard outer(b);
    const std::lock_guard inner(a);
    ++total;
  });
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
