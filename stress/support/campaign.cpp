#include "stress/support/campaign.hpp"

#include <optional>

#include "stress/support/preemption.hpp"

namespace contend {

AttackReport run_campaign(const std::function<void(Round&)>& round, const AttackOptions& options) {
  Outcomes all;
  Outcomes::Counter& rounds =
      all.declare(Expectation::required, "rounds", "each on a fresh instance, with a seed of its own");
  const auto end = std::chrono::steady_clock::now() + options.duration;
  std::uint64_t seed = options.seed;
  do {
    std::optional<RandomPreemption> preemption;
    if (options.preemption && seed % 2 == 1) preemption.emplace(seed);
    Round one(seed++, options.scale, options.threads, options.operations);
    round(one);
    ++rounds;
    all.add(one.outcomes());
  } while (!all.illegal() && std::chrono::steady_clock::now() < end);
  return all.report_campaign();
}

}  // namespace contend
