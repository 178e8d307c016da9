// One thread holds a hundred mutexes at once while another asks for the last of them. libtsan's deadlock detector has
// room for sixty-four and stops the program.
// Source: llvm-project issue 57007, google/sanitizers issue 950.

#include <array>
#include <mutex>
#include <thread>
#include <vector>

int main() {
  std::array<std::mutex, 100> mutexes;
  int total = 0;
  std::thread collector([&] {
    std::vector<std::unique_lock<std::mutex>> held;
    for (std::mutex& mutex : mutexes) held.emplace_back(mutex);
    ++total;
  });
  std::thread visitor([&] {
    const std::lock_guard lock(mutexes.back());
    ++total;
  });
  collector.join();
  visitor.join();
  return total == 2 ? 0 : 1;
}
