#pragma once

#include <chrono>
#include <cstdint>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include "stress/support/attack.hpp"
#include "stress/support/preemption.hpp"

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

// Repeats `round(seed)` with growing seeds until the time is up or it answers false; at least once. Every other round
// is run under random preemption: some bugs need threads at full speed, others one that stands still.
template <class Round>
void repeat_rounds(const AttackOptions& options, Round round) {
  const auto end = std::chrono::steady_clock::now() + options.duration;
  std::uint64_t seed = options.seed;
  do {
    std::optional<RandomPreemption> preemption;
    if (options.preemption && seed % 2 == 1) preemption.emplace(seed);
    if (!round(seed++)) return;
  } while (std::chrono::steady_clock::now() < end);
}

}  // namespace contend
