#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "stress/round/history.hpp"
#include "stress/round/round.hpp"

namespace contend {

// Lets `threads` threads make `calls` calls each, all at once, and returns what was called and answered.
// `call(thread, number, random, operation)` draws a call from nothing but the thread's own random numbers, makes it,
// and fills in the operation; `number` counts the calls of all threads from 1 and is never the same twice.
template <class Operation, class Call>
std::vector<Timed<Operation>> record_calls(Round& round, int threads, int calls, Call call) {
  std::vector<ThreadHistory<Operation>> histories;
  histories.reserve(static_cast<std::size_t>(threads));
  for (int thread = 0; thread < threads; ++thread) histories.emplace_back(thread, static_cast<std::size_t>(calls));
  round.run_threads(threads, [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < calls; ++i) {
      const auto number = static_cast<std::uint32_t>(1 + i * threads + thread);
      round.stagger(number);
      histories[static_cast<std::size_t>(thread)].record(
          [&](Operation& operation) { call(thread, number, random, operation); });
    }
  });
  std::vector<Timed<Operation>> all;
  for (const auto& history : histories) all.insert(all.end(), history.calls().begin(), history.calls().end());
  return all;
}

// The calls that concern a part of the state, for histories that can be checked part by part.
template <class Operation, class Concerns>
std::vector<Timed<Operation>> calls_that(const std::vector<Timed<Operation>>& history, Concerns concerns) {
  std::vector<Timed<Operation>> part;
  for (const Timed<Operation>& timed : history) {
    if (concerns(timed.operation)) part.push_back(timed);
  }
  return part;
}

}  // namespace contend
