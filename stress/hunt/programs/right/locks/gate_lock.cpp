// One thread locks A and then B, the other B and then A, but both hold a third mutex meanwhile, the gate. The order is
// inverted, yet no schedule can deadlock.
// Source: Havelund, "Using Runtime Analysis to Guide Model Checking of Java Programs", SPIN 2000;
// google/sanitizers issue 1862.

#include <mutex>
#include <thread>

int main() {
  std::mutex gate;
  std::mutex a;
  std::mutex b;
  int total = 0;
  std::thread first([&] {
    const std::lock_guard entered(gate);
    const std::lock_guard outer(a);
    const std::lock_guard inner(b);
    ++total;
  });
  std::thread second([&] {
    const std::lock_guard entered(gate);
    const std::lock_guard outer(b);
    const std::lock_guard inner(a);
    ++total;
  });
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
