#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace contend {

// Runs body(0) .. body(threads - 1) side by side, all let go at once, and waits for them.
template <class Body>
void run_threads(int threads, Body body) {
  std::latch start(threads);
  std::vector<std::jthread> workers;
  for (int thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&, thread] {
      start.arrive_and_wait();
      body(thread);
    });
  }
}

}  // namespace contend
