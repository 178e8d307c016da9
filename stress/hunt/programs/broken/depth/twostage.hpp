#pragma once

#include <mutex>
#include <thread>
#include <vector>

// All threads but one set the first value under the first mutex, and then the second under the second mutex. The last one
// reads both in the same way. It fails when it reads the first after one of the others has set it, and the second before
// any of them has.
template <int threads>
int twostage() {
  std::mutex first_mutex;
  std::mutex second_mutex;
  int first = 0;
  int second = 0;
  bool between = false;
  std::vector<std::thread> writers;
  for (int writer = 1; writer < threads; ++writer) {
    writers.emplace_back([&] {
      {
        const std::lock_guard lock(first_mutex);
        first = 1;
      }
      const std::lock_guard lock(second_mutex);
      second = 2;
    });
  }
  std::thread reader([&] {
    {
      const std::lock_guard lock(first_mutex);
      if (first == 0) return;
    }
    const std::lock_guard lock(second_mutex);
    between = second != 2;
  });
  for (std::thread& writer : writers) writer.join();
  reader.join();
  return between ? 1 : 0;
}
