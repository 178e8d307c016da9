#pragma once

#include <chrono>
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

// Repeats `round(seed)` with growing seeds until the time is up or it answers false; at least once.
template <class Round>
void repeat_rounds(std::chrono::nanoseconds duration, std::uint64_t seed, Round round) {
  const auto end = std::chrono::steady_clock::now() + duration;
  do {
    if (!round(seed++)) return;
  } while (std::chrono::steady_clock::now() < end);
}

}  // namespace contend
