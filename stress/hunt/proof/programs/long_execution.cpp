// Two threads that do nothing but take turns at an atomic and a lock: some 90,000 points in an execution.

#include <atomic>
#include <mutex>
#include <thread>

namespace {

constexpr int rounds = 15'000;

std::atomic<int> count{0};
std::mutex mutex;
int guarded = 0;

void work() {
  for (int i = 0; i < rounds; ++i) {
    count.fetch_add(1);
    const std::lock_guard lock(mutex);
    ++guarded;
  }
}

}  // namespace

int main() {
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  return count == 2 * rounds && guarded == 2 * rounds ? 0 : 1;
}
