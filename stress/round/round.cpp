#include "stress/round/round.hpp"

#include <algorithm>

#include "impls/base/hashing.hpp"
#include "impls/sync/backoff.hpp"

namespace contend {

Round::Round(std::uint64_t seed, Scale scale, int threads, std::atomic<std::uint64_t>* operations)
    : seed_(seed),
      scale_(scale),
      random_(mix_bits(seed)),
      threads_(scale != Scale::full ? 2 + static_cast<int>(random_() % 2) : threads),
      operations_(operations) {}

int Round::size(const Sized& measure) {
  if (scale_ == Scale::full) return measure.full;
  const auto values = static_cast<std::uint64_t>(measure.small.most - measure.small.least + 1);
  const int drawn = measure.small.least + static_cast<int>(random_() % values);
  return std::max(measure.small.least, std::min(drawn, largest_size_));
}

void Round::stagger(std::uint64_t place) const {
  if (scale_ != Scale::small) return;
  const std::uint64_t drawn = mix_bits(seed_ * 64 + place);
  if (drawn % 4 == 0) std::this_thread::yield();
  for (std::uint64_t spins = drawn / 4 % 32; spins > 0; --spins) cpu_relax();
}

void Round::tell_counts() {
  const AttackReport report = outcomes_.report_round();
  if (report.verdict == Verdict::illegal && !evidence_given()) conclude(report.verdict, report.evidence);
}

void Round::conclude(Verdict found, const std::string& why) {
  outcomes_.conclude(found, "seed " + std::to_string(seed_) + ": " + why);
}

}  // namespace contend
