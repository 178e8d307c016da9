// Peterson's lock as it was published, for seq_cst is what it assumes. It guards plain data.
// Source: Peterson, "Myths about the Mutual Exclusion Problem", IPL 1981.

#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> wants[2] = {false, false};
  std::atomic<int> turn = 0;
  int total = 0;
  const auto add_one = [&](int self) {
    const int other = 1 - self;
    wants[self] = true;
    turn = other;
    while (wants[other] && turn == other) std::this_thread::yield();
    ++total;
    wants[self] = false;
  };
  std::thread first(add_one, 0);
  std::thread second(add_one, 1);
  first.join();
  second.join();
  return total == 2 ? 0 : 1;
}
