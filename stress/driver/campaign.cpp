#include "stress/driver/campaign.hpp"

#include <optional>

#include "impls/base/hashing.hpp"
#include "stress/driver/preemption.hpp"

namespace contend {

AttackReport run_campaign(const std::function<void(Round&)>& round, const AttackOptions& options) {
  Outcomes all;
  Outcomes::Counter& rounds =
      all.declare(Expectation::required, "rounds", "each on a fresh instance, with a seed of its own");
  const auto end = std::chrono::steady_clock::now() + options.duration;
  std::uint64_t seed = options.seed;
  do {
    std::optional<RandomPreemption> preemption;
    // By other bits than those by which rounds choose their variants.
    if (options.preemption && mix_bits(seed) % 2 == 1) preemption.emplace(seed);
    set_hash_seed(seed);
    Round one(seed++, options.scale, options.threads, options.operations);
    round(one);
    one.tell_counts();
    ++rounds;
    all.add(one.outcomes());
  } while (!all.illegal() && std::chrono::steady_clock::now() < end);
  return all.report_campaign();
}

}  // namespace contend
