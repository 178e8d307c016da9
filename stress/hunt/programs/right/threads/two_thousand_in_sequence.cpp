// Two thousand threads, each joined before the next is started. No more than two are alive at a time, and each takes
// over what the last one left, as plain data.
// Source: folklore; detectors with a fixed number of threads run out of them.

#include <thread>

int main() {
  int total = 0;
  for (int round = 0; round < 2000; ++round) {
    std::thread([&] { ++total; }).join();
  }
  return total == 2000 ? 0 : 1;
}
