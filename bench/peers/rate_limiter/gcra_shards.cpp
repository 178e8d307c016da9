#include <algorithm>
#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <numeric>
#include <vector>

#include "bench/peers/plain_mutex.hpp"
#include "impls/base/check.hpp"
#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::rate_limiter::peers {
namespace {

// Of one bucket: the time at which it will be full, since the least time that there is, in the unit of its quota.
using Word = std::atomic<std::uint64_t>;

// The generic cell rate algorithm for a token bucket, with nothing to divide but a wait.
class Gcra {
 public:
  explicit Gcra(const Quota& quota) : parts_(quota.refill / std::gcd(quota.refill, period(quota))) {
    if (parts_ == 0) return;
    a_unit_ = period(quota) * parts_ / quota.refill;
    whole_ = a_unit_ * quota.capacity;
  }
  // A unit comes back in whole nanoseconds, or halves: finer parts of all times there are do not fit in a word.
  bool fits() const { return parts_ == 1 || parts_ == 2; }

  Decision charge(Word& word, std::int64_t cost, TimeNs now_ns) const {
    const std::uint64_t now = static_cast<std::uint64_t>(now_ns + max_limiter_time_ns) * parts_;
    const std::uint64_t charged = static_cast<std::uint64_t>(cost) * a_unit_;
    const std::uint64_t latest = now + whole_ - charged;
    std::uint64_t full = word.load();
    for (;;) {
      const std::uint64_t from = std::max(full, now);
      if (from > latest) return {Status::limited, static_cast<DurationNs>((from - latest + parts_ - 1) / parts_)};
      if (word.compare_exchange_weak(full, from + charged)) return {};
    }
  }

 private:
  static std::uint64_t period(const Quota& quota) { return static_cast<std::uint64_t>(quota.period_ns); }

  std::uint64_t parts_;       // of a nanosecond in the unit; 0: nothing comes back
  std::uint64_t a_unit_ = 0;  // until one comes back
  std::uint64_t whole_ = 0;   // until an empty bucket is full
};

struct HashedName {
  BucketName name;
  std::size_t hash;
};
struct NameHash {
  using is_transparent = void;
  using is_avalanching = void;  // says to Boost that the bits are spread already
  std::size_t operator()(const BucketName& name) const { return hash_bucket(name); }
  std::size_t operator()(const HashedName& hashed) const { return hashed.hash; }
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(const BucketName& a, const BucketName& b) const { return a == b; }
  bool operator()(const HashedName& a, const BucketName& b) const { return a.name == b; }
  bool operator()(const BucketName& a, const HashedName& b) const { return a == b.name; }
};

class GcraShards final : public RateLimiter {
 public:
  explicit GcraShards(const Options& options) : rules_(make_quotas(options)) {
    for (const Quota& quota : options.quotas) {
      CONTEND_CHECK(quota.algorithm == Algorithm::token_bucket, "who calls a peer asks first what it offers");
      gcras_.emplace_back(quota);
    }
    for (Shard& shard : shards_) {
      const LockGuard<SpinLock> guard(shard.lock);
      shard.words.reserve(options.expected_keys / shards_.size());
    }
  }

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(rules_, charges); wrong.status != Status::allowed) return wrong;
    CONTEND_CHECK(charges.size() == 1, "who calls a peer asks first what it offers");
    const Charge& charge = charges.front();
    if (charge.cost == 0) return {};
    const Gcra& gcra = gcras_[charge.quota];
    const HashedName name{name_of(charge), hash_bucket(name_of(charge))};
    if (!gcra.fits()) return charge_odd(name, charge, clamp_time(now_ns));
    return gcra.charge(word_of(name), charge.cost, clamp_time(now_ns));
  }
  CleanupAnswer cleanup(std::size_t, TimeNs) override { check_failed("offered", "a peer drops no buckets"); }
  std::size_t tracked() override { check_failed("offered", "a peer does not count its buckets"); }

 private:
  struct alignas(cache_line_bytes) Shard {
    template <class Value>
    using Map = boost::unordered_flat_map<OwnedBucketName, Value, NameHash, NameEqual>;

    SpinLock lock;
    Map<std::unique_ptr<Word>> words GUARDED_BY(lock);
    Map<Bucket> odd_buckets GUARDED_BY(lock);  // of quotas that no word holds
  };
  Shard& shard_of(const HashedName& name) { return shards_[(name.hash >> 40) % shards_.size()]; }

  // It never moves or goes.
  Word& word_of(const HashedName& name) {
    Shard& shard = shard_of(name);
    const LockGuard<SpinLock> guard(shard.lock);
    const auto found = shard.words.find(name);
    if (found != shard.words.end()) return *found->second;
    return *shard.words.emplace(OwnedBucketName(name.name), std::make_unique<Word>(0)).first->second;
  }

  Decision charge_odd(const HashedName& name, const Charge& charge, TimeNs now_ns) {
    const QuotaRules& rules = rules_[charge.quota];
    const auto cost = static_cast<std::uint64_t>(charge.cost);
    Shard& shard = shard_of(name);
    const LockGuard<SpinLock> guard(shard.lock);
    auto found = shard.odd_buckets.find(name);
    if (found == shard.odd_buckets.end()) found = shard.odd_buckets.emplace(OwnedBucketName(name.name), Bucket()).first;
    if (rules.available(found->second, now_ns) < cost) {
      return {Status::limited, rules.wait_for(found->second, cost, now_ns)};
    }
    rules.take(found->second, cost, now_ns);
    return {};
  }

  const Quotas rules_;
  std::vector<Gcra> gcras_;
  std::array<Shard, 256> shards_;
};

constexpr Guarantees guarantees = [] {
  Guarantees some;
  for (const Part part : {Part::remaining, Part::dimensions, Part::cleanup}) some.offered.leave_out(part);
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    some.supports[i] = static_cast<Algorithm>(i) == Algorithm::token_bucket;
  }
  return some;
}();

constexpr Contract contract =
    Contract{
        .technique = "hand_written",
        .summary = "GCRA: a bucket is one word that a compare-and-swap moves; 256 spin locks over flat maps find it",
        .shared_state = "shards_: maps from names to words, and to the buckets of quotas that no word holds",
        .protected_by =
            "the lock of its shard guards the maps and those buckets; words are atomic, and stay where they are",
        .claim_point = "the compare-and-swap that moves the time at which a bucket will be full",
        .ordering = "decisions on a bucket are ordered by its word",
        .progress =
            "blocking: a stalled lock holder delays whoever looks for a bucket of its shard; a word that is found "
            "moves lock-free",
        .failure = "acquire without memory has charged nothing",
        .complexity = "O(1) expected",
        .memory =
            "a slot with a string and a pointer per bucket, at most seven eighths of them taken, and a word; none goes",
        .source = "ITU-T I.371 (generic cell rate algorithm); shards are common practice",
    }
        .within(without_threads);

const bool registered = register_peer<RateLimiter, GcraShards>("gcra_shards", contract, guarantees);

}  // namespace
}  // namespace contend::rate_limiter::peers
