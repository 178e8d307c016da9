#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"

namespace contend::rate_limiter {

// The state of one bucket, without synchronisation: each design says who may touch it when. What the fields mean
// depends on the algorithm; as made, a bucket is full.
struct Bucket {
  // token_bucket: when it will be full, rounded down; fixed_window and sliding_counter: the number of the window.
  TimeNs at = -max_limiter_time_ns;
  std::uint64_t part = 0;  // token_bucket: what was rounded off, in 1/refill ns; sliding_counter: the window before
  // In this window; without refill: ever; sliding_log: ever, before the oldest entry of the log; token_bucket: the latest
  // time at which it was charged since it was last full.
  std::uint64_t taken = 0;
  struct Entry {
    TimeNs at_ns = 0;
    std::uint64_t taken = 0;  // ever, up to this charge
  };
  // sliding_log: oldest first. Those that have left the window go when they are as many as the others.
  std::vector<Entry> log;

  TimeNs latest_charge() const { return static_cast<TimeNs>(taken); }
};

// One quota's arithmetic. Exact: 128 bits where a product needs them.
class QuotaRules {
 public:
  // Throws std::invalid_argument with the field, its value and what is allowed.
  explicit QuotaRules(const Quota& quota);

  const Quota& quota() const { return quota_; }

  // Units that could be taken at that time.
  std::uint64_t available(const Bucket& bucket, TimeNs now_ns) const;
  // The least wait until `cost` units are available. Requires available < cost <= capacity.
  DurationNs wait_for(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const;
  // Requires 0 < cost <= available, and make_room before.
  void take(Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const noexcept;
  // Undoes a take of `cost` that left the bucket as `after`, whatever others have taken and given back since. What has
  // come back by itself meanwhile is not given back once more: where it cannot be told how much that was, less is given
  // back, never more. Not for sliding_log.
  void give_back(Bucket& bucket, std::uint64_t cost, const Bucket& after) const noexcept;
  // May throw; changes nothing that shows. After it, the next take cannot throw.
  void make_room(Bucket& bucket) const;
  bool is_full(const Bucket& bucket, TimeNs now_ns) const;

 private:
  using Wide = __int128;

  Wide backlog(const Bucket& bucket, TimeNs now_ns) const;
  // Of a token bucket: when it will be full, in 1 / refill ns.
  Wide full_at(const Bucket& bucket) const { return Wide{bucket.at} * static_cast<Wide>(quota_.refill) + bucket.part; }
  void set_full_at(Bucket& bucket, Wide time) const noexcept;
  TimeNs window_of(TimeNs now_ns) const;
  // The sliding counter's two windows and the time within the later one, as they are at `now_ns`.
  struct Windows {
    TimeNs number = 0;
    std::uint64_t before = 0;
    std::uint64_t current = 0;
    DurationNs elapsed_ns = 0;
  };
  Windows windows_at(const Bucket& bucket, TimeNs now_ns) const;
  DurationNs counter_wait(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const;
  DurationNs log_wait(const Bucket& bucket, std::uint64_t cost, TimeNs now_ns) const;
  // How many of the log's oldest entries have left the window, and what had been taken ever when the last of them was.
  struct Gone {
    std::size_t entries = 0;
    std::uint64_t taken = 0;
  };
  Gone gone_from_log(const Bucket& bucket, TimeNs now_ns) const;

  // Where a token bucket regains a unit in a whole number of nanoseconds, 64 bits hold all of it, and `part` is always 0.
  // How long until the bucket is full; requires such an interval.
  DurationNs time_to_full(const Bucket& bucket, TimeNs now_ns) const {
    return std::max<DurationNs>(bucket.at - now_ns, 0);
  }

  Quota quota_;
  DurationNs interval_ns_ = 0;  // in which one unit comes back; 0: not whole, or nothing does
};

using Quotas = std::vector<QuotaRules>;
// Of RateLimiter::Options, all of which it checks. Throws std::invalid_argument with the field, its value and what is
// allowed.
Quotas make_quotas(const RateLimiter::Options& options);

// Which bucket a charge is about.
struct BucketName {
  std::uint32_t quota = 0;
  std::string_view key;

  auto operator<=>(const BucketName&) const = default;
};
struct OwnedBucketName {
  std::uint32_t quota = 0;
  std::string key;

  explicit OwnedBucketName(const BucketName& name) : quota(name.quota), key(name.key) {}
  OwnedBucketName() = default;
  operator BucketName() const { return {quota, key}; }
};
inline std::uint64_t hash_bucket(const BucketName& name) {
  return mix_bits(hash_bytes(name.key) + name.quota);
}
struct BucketHash {
  using is_transparent = void;
  std::size_t operator()(const BucketName& name) const { return hash_bucket(name); }
};
struct BucketEqual {
  using is_transparent = void;
  bool operator()(const BucketName& one, const BucketName& other) const { return one == other; }
};

inline BucketName name_of(const Charge& charge) {
  return {charge.quota, charge.key};
}

// Time as the rules take it.
constexpr TimeNs clamp_time(TimeNs now_ns) {
  return now_ns < -max_limiter_time_ns ? -max_limiter_time_ns
                                       : (now_ns > max_limiter_time_ns ? max_limiter_time_ns : now_ns);
}

// Everything that is wrong with a request whatever the buckets hold: allowed if nothing is.
Decision check_charges(const Quotas& quotas, std::span<const Charge> charges);

// Puts the answers of the dimensions together, one after the other.
class DecisionMaker {
 public:
  // What one dimension can give, and how long it would have to be waited for if that is not enough.
  void add(std::uint32_t dimension, std::uint64_t cost, std::uint64_t available, DurationNs wait_ns);
  bool allowed() const { return decision_.status == Status::allowed; }
  Decision decision() const;

 private:
  Decision decision_;
  std::uint64_t least_before_ = max_quota_units;
  std::uint64_t least_after_ = max_quota_units;
};

}  // namespace contend::rate_limiter
