#include "stress/rate_limiter/model.hpp"

#include <algorithm>

#include "impls/base/hashing.hpp"

namespace contend::rate_limiter {

ModelBucket::Wide ModelBucket::level_at(Wide now_ns) const {
  if (!charged_) return capacity() * period();
  return std::min(capacity() * period(), level_ + (now_ns - level_at_ns_) * static_cast<Wide>(quota_.refill));
}

// Rounded down, also before zero.
ModelBucket::Wide ModelBucket::window_of(Wide now_ns) const {
  Wide window = now_ns / period();
  while (window * period() > now_ns) --window;
  return window;
}

std::uint64_t ModelBucket::spent_in(Wide window) const {
  std::uint64_t sum = 0;
  for (const Spent& spent : spent_) sum += window_of(spent.at_ns) == window ? spent.units : 0;
  return sum;
}

std::uint64_t ModelBucket::available_at(Wide now_ns) const {
  if (!charged_) return quota_.capacity;
  const Wide seen_ns = std::max(now_ns, latest_ns_);  // time does not go back for windows
  std::uint64_t used = 0;
  if (!gives_back()) {
    for (const Spent& spent : spent_) used += spent.units;
    return quota_.capacity - used;
  }
  switch (quota_.algorithm) {
    case Algorithm::token_bucket: {
      const Wide level = level_at(now_ns);
      return level < 0 ? 0 : static_cast<std::uint64_t>(level / period());
    }
    case Algorithm::fixed_window:
      return quota_.capacity - spent_in(window_of(seen_ns));
    case Algorithm::sliding_log:
      for (const Spent& spent : spent_) used += spent.at_ns > seen_ns - period() ? spent.units : 0;
      return quota_.capacity - used;
    case Algorithm::sliding_counter: {
      const Wide window = window_of(seen_ns);
      // An early caller is judged as at the beginning of the window of the latest charge.
      const Wide into_window_ns = std::max(now_ns - window * period(), Wide{0});
      const Wide counted = static_cast<Wide>(spent_in(window)) * period() +
                           static_cast<Wide>(spent_in(window - 1)) * (period() - into_window_ns);
      const Wide room = capacity() * period() - counted;
      return room < 0 ? 0 : static_cast<std::uint64_t>(room / period());
    }
  }
  return 0;
}

DurationNs ModelBucket::wait_for(std::uint64_t cost, TimeNs now_ns) const {
  if (!gives_back()) return forever;
  // More becomes available as time passes, so the least wait can be found by halving.
  Wide enough_ns = 1;
  while (available_at(Wide{now_ns} + enough_ns) < cost) enough_ns *= 2;
  Wide too_short_ns = enough_ns / 2;
  while (enough_ns - too_short_ns > 1) {
    const Wide middle_ns = (enough_ns + too_short_ns) / 2;
    (available_at(Wide{now_ns} + middle_ns) < cost ? too_short_ns : enough_ns) = middle_ns;
  }
  return static_cast<DurationNs>(enough_ns);
}

void ModelBucket::charge(std::uint64_t cost, TimeNs now_ns) {
  if (gives_back() && quota_.algorithm == Algorithm::token_bucket) {
    level_ = level_at(now_ns) - static_cast<Wide>(cost) * period();
    level_at_ns_ = now_ns;
    charged_ = true;
    return;
  }
  latest_ns_ = charged_ ? std::max(latest_ns_, Wide{now_ns}) : Wide{now_ns};
  charged_ = true;
  spent_.push_back({latest_ns_, cost});
  if (gives_back()) std::erase_if(spent_, [&](const Spent& spent) { return spent.at_ns < latest_ns_ - 2 * period(); });
}

bool ModelBucket::is_full(TimeNs now_ns) const {
  if (!charged_) return true;
  if (gives_back() && quota_.algorithm == Algorithm::token_bucket) return level_at(now_ns) == capacity() * period();
  if (!gives_back()) return false;
  switch (quota_.algorithm) {
    case Algorithm::sliding_counter:
      return window_of(now_ns) > window_of(latest_ns_) + 1;
    default:
      return available_at(now_ns) == quota_.capacity;
  }
}

std::uint64_t ModelBucket::fingerprint() const {
  if (!charged_) return 0;
  // When the token bucket would be full: the same whatever charge the level is told as of.
  const Wide full_at = capacity() * period() - level_ + level_at_ns_ * static_cast<Wide>(quota_.refill);
  std::uint64_t print = mix_bits(static_cast<std::uint64_t>(full_at) + 1) ^
                        mix_bits(static_cast<std::uint64_t>(latest_ns_) + 0x51ed) ^
                        static_cast<std::uint64_t>(full_at >> 64);
  // What was spent at one time counts as one.
  for (std::size_t i = 0; i < spent_.size(); ++i) {
    std::uint64_t units = spent_[i].units;
    while (i + 1 < spent_.size() && spent_[i + 1].at_ns == spent_[i].at_ns) units += spent_[++i].units;
    print = mix_bits(print + static_cast<std::uint64_t>(spent_[i].at_ns) * 31 + units);
  }
  return print;
}

Decision decide_by_model(std::span<ModelBucket* const> buckets, std::span<const std::uint64_t> costs, TimeNs now_ns) {
  Decision refusal{Status::limited, 0, max_quota_units, 0};
  bool refused = false;
  std::uint64_t least_left = max_quota_units;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const std::uint64_t available = buckets[i]->available(now_ns);
    refusal.remaining = std::min(refusal.remaining, available);
    if (costs[i] <= available) {
      least_left = std::min(least_left, available - costs[i]);
      continue;
    }
    const DurationNs wait_ns = buckets[i]->wait_for(costs[i], now_ns);
    if (refused && wait_ns <= refusal.retry_after_ns) continue;
    refused = true;
    refusal.retry_after_ns = wait_ns;
    refusal.dimension = static_cast<std::uint32_t>(i);
  }
  if (refused) return refusal;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (costs[i] > 0) buckets[i]->charge(costs[i], now_ns);
  }
  return {Status::allowed, 0, least_left, 0};
}

Decision ModelLimiter::find_error(std::span<const Charge> charges) const {
  if (charges.empty() || charges.size() > max_dimensions) return {.status = Status::invalid_dimensions};
  std::vector<Decision> errors;
  const auto report = [&](Status status, std::size_t dimension) {
    const DurationNs wait_ns = status == Status::exceeds_capacity ? forever : 0;
    errors.push_back({status, wait_ns, 0, static_cast<std::uint32_t>(dimension)});
  };
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Charge& charge = charges[i];
    for (std::size_t j = 0; j < i; ++j) {
      if (charge.quota == charges[j].quota && charge.key == charges[j].key) report(Status::invalid_dimensions, i);
    }
    if (charge.quota >= quotas_.size()) report(Status::invalid_quota, i);
    if (charge.key.size() > max_limiter_key_bytes) report(Status::invalid_key, i);
    if (charge.cost < 0) report(Status::invalid_cost, i);
    if (charge.quota < quotas_.size() && charge.cost > static_cast<std::int64_t>(quotas_[charge.quota].capacity)) {
      report(Status::exceeds_capacity, i);
    }
  }
  if (errors.empty()) return {};
  // Of those that apply the first in the order of Status; within one, the first dimension.
  return *std::ranges::min_element(errors, {},
                                   [](const Decision& error) { return std::pair(error.status, error.dimension); });
}

Decision ModelLimiter::acquire_all(std::span<const Charge> charges, TimeNs now_ns) {
  if (const Decision error = find_error(charges); error.status != Status::allowed) return error;
  const TimeNs counted_ns = std::clamp(now_ns, -max_limiter_time_ns, max_limiter_time_ns);
  std::vector<ModelBucket> copies;
  std::vector<std::uint64_t> costs;
  std::vector<ModelBucket*> pointers;
  for (const Charge& charge : charges) {
    const auto known = buckets_.find({charge.quota, std::string(charge.key)});
    copies.push_back(known == buckets_.end() ? ModelBucket(quotas_[charge.quota]) : known->second);
    costs.push_back(static_cast<std::uint64_t>(charge.cost));
  }
  for (ModelBucket& copy : copies) pointers.push_back(&copy);
  const Decision decision = decide_by_model(pointers, costs, counted_ns);
  for (std::size_t i = 0; i < charges.size() && decision.status == Status::allowed; ++i) {
    if (costs[i] > 0) buckets_.insert_or_assign({charges[i].quota, std::string(charges[i].key)}, copies[i]);
  }
  return decision;
}

std::size_t ModelLimiter::cleanup(TimeNs now_ns) {
  const TimeNs counted_ns = std::clamp(now_ns, -max_limiter_time_ns, max_limiter_time_ns);
  return std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(counted_ns); });
}

}  // namespace contend::rate_limiter
