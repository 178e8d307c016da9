#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "stress/round/round.hpp"

namespace contend {

struct AttackOptions {
  std::chrono::nanoseconds duration = std::chrono::seconds(1);
  int threads = 4;         // at full size; at the small one the seed says how many
  std::uint64_t seed = 1;  // of the first round
  Scale scale = Scale::full;
  bool preemption = true;                            // in every other round; false: never
  std::atomic<std::uint64_t>* operations = nullptr;  // counts what was completed, for who wants to know; null: nobody
};

// Repeats a round with growing seeds until the time is up or a round is illegal; at least once. Every other round runs
// under random preemption: some bugs need threads at full speed, others one that stands still.
AttackReport run_campaign(const std::function<void(Round&)>& round, const AttackOptions& options);

}  // namespace contend
