// Two threads write one half each, meet at a std::barrier, and read the other's half; the completion step adds up
// meanwhile, when nobody writes.
// Source: [thread.barrier].

#include <barrier>
#include <thread>

int main() {
  int halves[2] = {0, 0};
  int sums[2] = {0, 0};
  int phase = 0;
  const auto add_up = [&]() noexcept { sums[phase++] = halves[0] + halves[1]; };
  std::barrier barrier(2, add_up);
  bool wrong = false;
  const auto two_phases = [&](int self, bool& failed) {
    halves[self] = 1;
    barrier.arrive_and_wait();
    failed = halves[1 - self] != 1 || sums[0] != 2;
    barrier.arrive_and_wait();
  };
  bool wrong_too = false;
  std::thread first([&] { two_phases(0, wrong); });
  std::thread second([&] { two_phases(1, wrong_too); });
  first.join();
  second.join();
  return wrong || wrong_too || sums[1] != 2 ? 1 : 0;
}
