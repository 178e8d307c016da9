#pragma once

#include <atomic>
#include <thread>
#include <vector>

// All threads but one store to a and then to b. The last one fails when it sees a stored and b not. It must look after
// the first store to a and before the first store to b, whoever makes it: the more threads there are, the less likely a
// random schedule holds all of them back.
template <int threads>
int reorder() {
  std::atomic<int> a = 0;
  std::atomic<int> b = 0;
  bool between = false;
  std::vector<std::thread> setters;
  for (int setter = 1; setter < threads; ++setter) {
    setters.emplace_back([&] {
      a = 1;
      b = -1;
    });
  }
  std::thread checker([&] { between = a == 1 && b == 0; });
  for (std::thread& setter : setters) setter.join();
  checker.join();
  return between ? 1 : 0;
}
