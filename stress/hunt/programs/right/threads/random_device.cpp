// Threads that do as much as a random number says: numbers of the system are the same in every execution of one schedule.

#include <atomic>
#include <random>
#include <thread>

namespace {

std::atomic<unsigned> steps{0};

void step_often() {
  for (unsigned left = std::random_device()() % 8; left > 0; --left) steps.fetch_add(1);
}

}  // namespace

int main() {
  std::thread other(step_often);
  step_often();
  other.join();
  return steps.load() <= 14 ? 0 : 1;
}
