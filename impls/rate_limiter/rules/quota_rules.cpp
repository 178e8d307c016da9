#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "impls/base/enum_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace contend::rate_limiter {
namespace {

using Wide = __int128;

Wide ceil_div(Wide value, Wide by) {
  return (value + by - 1) / by;
}

TimeNs floor_div(TimeNs value, TimeNs by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

template <class Value>
void require(bool fine, const char* field, Value value, const char* allowed) {
  if (!fine) throw std::invalid_argument(fmt::format("quota: {} is {}; allowed is {}", field, value, allowed));
}

}  // namespace

QuotaRules::QuotaRules(const Quota& quota) : quota_(quota) {
  require(quota.capacity >= 1 && quota.capacity <= max_quota_units, "capacity", quota.capacity, "1 to 2^32 - 1");
  require(quota.refill <= max_quota_units, "refill", quota.refill, "0 to 2^32 - 1");
  require(quota.period_ns >= 1 && quota.period_ns <= max_limiter_time_ns, "period_ns", quota.period_ns,
          "1 ns to 2^61 ns");
  if (quota.algorithm != Algorithm::token_bucket) {
    require(quota.refill == 0 || quota.refill == quota.capacity, "refill", quota.refill,
            "the capacity, or 0, where windows are counted");
  } else if (quota.refill > 0) {
    const Wide full_after_ns = Wide{quota.capacity} * quota.period_ns / quota.refill;
    require(full_after_ns <= max_limiter_time_ns, "refill", quota.refill, "what fills an empty bucket within 2^61 ns");
    const auto refill = static_cast<DurationNs>(quota.refill);
    if (quota.period_ns % refill == 0) interval_ns_ = quota.period_ns / refill;
  }
}

// How much is missing to a full bucket, in units / (refill * period): what `period_ns` of refilling brings is one unit
// times the period.
QuotaRules::Wide QuotaRules::backlog(const Bucket& bucket, TimeNs now_ns) const {
  return std::max(full_at(bucket) - Wide{now_ns} * static_cast<Wide>(quota_.refill), Wide{0});
}

void QuotaRules::set_full_at(Bucket& bucket, Wide time) const noexcept {
  const auto refill = static_cast<Wide>(quota_.refill);
  const Wide rest = ((time % refill) + refill) % refill;
  bucket.at = static_cast<TimeNs>((time - rest) / refill);
  bucket.part = static_cast<std::uint64_t>(rest);
}

TimeNs QuotaRules::window_of(TimeNs now_ns) const {
  return floor_div(now_ns, quota_.period_ns);
}

QuotaRules::Windows QuotaRules::windows_at(const Bucket& bucket, TimeNs now_ns) const {
  Windows windows{window_of(now_ns), 0, 0, 0};
  if (windows.number <= bucket.at) {
    windows = {bucket.at, bucket.part, bucket.taken, 0};
  } else if (windows.number == bucket.at + 1) {
    windows.before = bucket.taken;
  }
  windows.elapsed_ns = std::max<DurationNs>(now_ns - windows.number * quota_.period_ns, 0);
  return windows;
}

std::uint64_t QuotaRules::available(const Bucket& bucket, TimeNs now_ns) const {
  if (quota_.refill == 0) return quota_.capacity - bucket.taken;
  switch (quota_.algorithm) {
    case Algorithm::token_bucket: {
      if (interval_ns_ != 0) {
        const DurationNs room_ns =
            static_cast<DurationNs>(quota_.capacity) * interval_ns_ - time_to_full(bucket, now_ns);
        return room_ns < 0 ? 0 : static_cast<std::uint64_t>(room_ns / interval_ns_);
      }
      const Wide room = Wide{quota_.capacity} * quota_.period_ns - backlog(bucket, now_ns);
      return room < 0 ? 0 : static_cast<std::uint64_t>(room / quota_.period_ns);
    }
    case Algorithm::fixed_window:
      return window_of(now_ns) > bucket.at ? quota_.capacity : quota_.capacity - bucket.taken;
    case Algorithm::sliding_log:
      return bucket.log.empty() ? quota_.capacity
                                : quota_.capacity - (bucket.log.back().taken - gone_from_log(bucket, now_ns).taken);
    case Algorithm::sliding_counter: {
      const Windows windows = windows_at(bucket, now_ns);
      const Wide weighted =
          ceil_div(Wide{windows.before} * (quota_.period_ns - windows.elapsed_ns), quota_.period_ns) + windows.current;
      return weighted >= static_cast<Wide>(quota_.capacity) ? 0
                                                            : quota_.capacity - static_cast<std::uint64_t>(weighted);
    }
  }
  return 0;
}

DurationNs QuotaRules::wait_for(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const {
  if (quota_.refill == 0) return forever;
  switch (quota_.algorithm) {
    case Algorithm::token_bucket: {
      if (interval_ns_ != 0) {
        return time_to_full(bucket, now_ns) - static_cast<DurationNs>(quota_.capacity - cost) * interval_ns_;
      }
      const Wide too_much = backlog(bucket, now_ns) - Wide{quota_.capacity - cost} * quota_.period_ns;
      return static_cast<DurationNs>(ceil_div(too_much, static_cast<Wide>(quota_.refill)));
    }
    case Algorithm::fixed_window:
      return (bucket.at + 1) * quota_.period_ns - now_ns;
    case Algorithm::sliding_log:
      return log_wait(bucket, cost, now_ns);
    case Algorithm::sliding_counter:
      return counter_wait(bucket, cost, now_ns);
  }
  return forever;
}

// Until so many of the oldest charges have left the window that the rest leaves room.
DurationNs QuotaRules::log_wait(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const {
  const std::uint64_t leaves_room = bucket.log.back().taken + cost - quota_.capacity;
  const auto last_to_go = std::ranges::lower_bound(bucket.log, leaves_room, {}, &Bucket::Entry::taken);
  return last_to_go->at_ns + quota_.period_ns - now_ns;
}

QuotaRules::Gone QuotaRules::gone_from_log(const Bucket& bucket, TimeNs now_ns) const {
  const TimeNs newest_ns = bucket.log.empty() ? now_ns : std::max(now_ns, bucket.log.back().at_ns);
  const auto stays = std::ranges::upper_bound(bucket.log, newest_ns - quota_.period_ns, {}, &Bucket::Entry::at_ns);
  if (stays == bucket.log.begin()) return {0, bucket.taken};
  return {static_cast<std::size_t>(stays - bucket.log.begin()), (stays - 1)->taken};
}

// In this window, while what was taken before it fades; else in the next, where that of this one does.
DurationNs QuotaRules::counter_wait(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const {
  const Windows windows = windows_at(bucket, now_ns);
  // The least time into a window at which `fading` units weigh no more than `room`.
  const auto fades_after = [&](std::uint64_t fading, std::uint64_t room) {
    if (fading <= room) return DurationNs{0};
    return quota_.period_ns - static_cast<DurationNs>(Wide{room} * quota_.period_ns / static_cast<Wide>(fading));
  };
  const TimeNs begin_ns = windows.number * quota_.period_ns;
  if (windows.current + cost <= quota_.capacity) {
    return begin_ns + fades_after(windows.before, quota_.capacity - windows.current - cost) - now_ns;
  }
  return begin_ns + quota_.period_ns + fades_after(windows.current, quota_.capacity - cost) - now_ns;
}

void QuotaRules::take(Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const noexcept {
  if (quota_.refill == 0) {
    bucket.taken += cost;
    return;
  }
  switch (quota_.algorithm) {
    case Algorithm::token_bucket: {
      if (interval_ns_ != 0) {
        const DurationNs before_ns = time_to_full(bucket, now_ns);
        const TimeNs latest_ns = before_ns == 0 ? now_ns : std::max(bucket.latest_charge(), now_ns);
        bucket.at = now_ns + before_ns + static_cast<DurationNs>(cost) * interval_ns_;
        bucket.taken = static_cast<std::uint64_t>(latest_ns);
        return;
      }
      const Wide before = backlog(bucket, now_ns);
      const TimeNs latest_ns = before == 0 ? now_ns : std::max(bucket.latest_charge(), now_ns);
      set_full_at(bucket, Wide{now_ns} * static_cast<Wide>(quota_.refill) + before + Wide{cost} * quota_.period_ns);
      bucket.taken = static_cast<std::uint64_t>(latest_ns);
      return;
    }
    case Algorithm::fixed_window: {
      const TimeNs window = window_of(now_ns);
      if (window > bucket.at) bucket = {.at = window, .part = 0, .taken = 0, .log = {}};
      bucket.taken += cost;
      return;
    }
    case Algorithm::sliding_log: {
      const Gone gone = gone_from_log(bucket, now_ns);
      if (gone.entries > 0 && 2 * gone.entries >= bucket.log.size()) {
        bucket.log.erase(bucket.log.begin(), bucket.log.begin() + static_cast<std::ptrdiff_t>(gone.entries));
        bucket.taken = gone.taken;
      }
      const std::uint64_t before = bucket.log.empty() ? bucket.taken : bucket.log.back().taken;
      if (!bucket.log.empty() && bucket.log.back().at_ns >= now_ns) {
        bucket.log.back().taken = before + cost;
      } else {
        bucket.log.push_back({now_ns, before + cost});
      }
      return;
    }
    case Algorithm::sliding_counter: {
      const Windows windows = windows_at(bucket, now_ns);
      bucket.at = windows.number;
      bucket.part = windows.before;
      bucket.taken = windows.current + cost;
      return;
    }
  }
}

void QuotaRules::give_back(Bucket& bucket, std::uint64_t cost, const Bucket& after) const noexcept {
  if (quota_.algorithm == Algorithm::token_bucket && quota_.refill > 0) {
    const Wide now = full_at(bucket);
    const Wide undone = now - Wide{cost} * quota_.period_ns;
    if (now == full_at(after)) return set_full_at(bucket, undone);
    // Without this charge the bucket may have been full when it was charged next: at latest_charge() or before, and by no
    // more than it is behind `after` now.
    const Wide charged_since = std::max(now - full_at(after), Wide{0});
    const Wide at_best = Wide{bucket.latest_charge()} * static_cast<Wide>(quota_.refill) + charged_since;
    set_full_at(bucket, std::max(undone, std::min(now, at_best)));
  } else if (bucket.at == after.at) {
    bucket.taken -= cost;
  } else if (bucket.at == after.at + 1) {
    bucket.part -= std::min(cost, bucket.part);  // only a sliding counter still counts that window
  }
}

void QuotaRules::make_room(Bucket& bucket) const {
  if (quota_.algorithm != Algorithm::sliding_log || quota_.refill == 0) return;
  if (bucket.log.size() == bucket.log.capacity()) bucket.log.reserve(std::max<std::size_t>(4, 2 * bucket.log.size()));
}

bool QuotaRules::is_full(const Bucket& bucket, TimeNs now_ns) const {
  if (quota_.refill == 0) return bucket.taken == 0;
  switch (quota_.algorithm) {
    case Algorithm::token_bucket:
      return interval_ns_ != 0 ? bucket.at <= now_ns : backlog(bucket, now_ns) == 0;
    case Algorithm::fixed_window:
      return bucket.taken == 0 || window_of(now_ns) > bucket.at;
    case Algorithm::sliding_log:
      return bucket.log.empty() || bucket.log.back().at_ns <= now_ns - quota_.period_ns;
    case Algorithm::sliding_counter: {
      const Windows windows = windows_at(bucket, now_ns);
      return windows.before == 0 && windows.current == 0;
    }
  }
  return false;
}

Quotas make_quotas(const RateLimiter::Options& options) {
  if (options.quotas.empty()) throw std::invalid_argument("quotas: there is none; allowed is one or more");
  if (options.expected_keys > max_expected_keys) {
    throw std::invalid_argument(
        fmt::format("expected_keys is {}; allowed is 0 to {}", options.expected_keys, max_expected_keys));
  }
  for (const Quota& quota : options.quotas) require_enumerator("algorithm", quota.algorithm);
  return Quotas(options.quotas.begin(), options.quotas.end());
}

Decision check_charges(const Quotas& quotas, std::span<const Charge> charges) {
  const auto refuse = [](Status status, std::size_t dimension, DurationNs wait_ns = 0) {
    return Decision{status, wait_ns, 0, static_cast<std::uint32_t>(dimension)};
  };
  if (charges.empty() || charges.size() > max_dimensions) return refuse(Status::invalid_dimensions, 0);
  for (std::size_t i = 1; i < charges.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (name_of(charges[i]) == name_of(charges[j])) return refuse(Status::invalid_dimensions, i);
    }
  }
  const auto first = [&](auto wrong) {
    return static_cast<std::size_t>(std::ranges::find_if(charges, wrong) - charges.begin());
  };
  const std::size_t all = charges.size();
  if (const auto i = first([&](const Charge& charge) { return charge.quota >= quotas.size(); }); i < all) {
    return refuse(Status::invalid_quota, i);
  }
  if (const auto i = first([](const Charge& charge) { return charge.key.size() > max_limiter_key_bytes; }); i < all) {
    return refuse(Status::invalid_key, i);
  }
  if (const auto i = first([](const Charge& charge) { return charge.cost < 0; }); i < all) {
    return refuse(Status::invalid_cost, i);
  }
  const auto too_much = [&](const Charge& charge) {
    return static_cast<std::uint64_t>(charge.cost) > quotas[charge.quota].quota().capacity;
  };
  if (const auto i = first(too_much); i < all) return refuse(Status::exceeds_capacity, i, forever);
  return {};
}

void DecisionMaker::add(std::uint32_t dimension, std::uint64_t cost, std::uint64_t available, DurationNs wait_ns) {
  least_before_ = std::min(least_before_, available);
  if (cost <= available) {
    least_after_ = std::min(least_after_, available - cost);
    return;
  }
  if (allowed() || wait_ns > decision_.retry_after_ns) {
    decision_ = {Status::limited, wait_ns, 0, dimension};
  }
}

Decision DecisionMaker::decision() const {
  Decision decision = decision_;
  decision.remaining = allowed() ? least_after_ : least_before_;
  return decision;
}

}  // namespace contend::rate_limiter
