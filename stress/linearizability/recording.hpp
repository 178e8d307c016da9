#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "stress/linearizability/shrink.hpp"
#include "stress/support/history.hpp"
#include "stress/support/threads.hpp"

namespace contend {

// Lets `threads` threads make `calls` calls each, all at once, and returns what was called and answered.
// `call(thread, number, random, operation)` draws a call from nothing but the thread's own random numbers, makes it,
// and fills in the operation; `number` counts the calls of all threads from 1 and is never the same twice.
template <class Operation, class Call>
std::vector<Timed<Operation>> record_calls(int threads, int calls, std::uint64_t seed, Call call) {
  std::vector<ThreadHistory<Operation>> histories;
  histories.reserve(static_cast<std::size_t>(threads));
  for (int thread = 0; thread < threads; ++thread) histories.emplace_back(thread, static_cast<std::size_t>(calls));
  run_threads(threads, [&](int thread) {
    std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
    for (int i = 0; i < calls; ++i) {
      const auto number = static_cast<std::uint32_t>(1 + i * threads + thread);
      histories[static_cast<std::size_t>(thread)].record(
          [&](Operation& operation) { call(thread, number, random, operation); });
    }
  });
  std::vector<Timed<Operation>> all;
  for (const auto& history : histories) all.insert(all.end(), history.calls().begin(), history.calls().end());
  return all;
}

// An illegal history for people: its smallest illegal part, of that the last dozen calls, a line each.
// `describe(operation)` tells one without its thread and time.
template <class Model, class Describe>
std::string explain_illegal(const std::vector<Timed<typename Model::Operation>>& history, std::uint64_t seed,
                            Describe describe, Model model = {}) {
  constexpr std::size_t shown = 12;
  auto part = smallest_illegal_part<Model>(history, model);
  std::ranges::sort(part, {}, &Timed<typename Model::Operation>::begin);
  const std::size_t from = part.size() > shown ? part.size() - shown : 0;
  std::string text = fmt::format("seed {}: no order of these calls explains the answers (last {} of {}):\n", seed,
                                 part.size() - from, part.size());
  for (std::size_t i = from; i < part.size(); ++i) {
    const std::uint64_t zero = part[from].begin;
    const std::string end = part[i].end == never_returned ? "..." : std::to_string(part[i].end - zero);
    text += fmt::format("  thread {} [{:>8}, {:>8}] {}\n", part[i].thread, part[i].begin - zero, end,
                        describe(part[i].operation));
  }
  return text;
}

}  // namespace contend
