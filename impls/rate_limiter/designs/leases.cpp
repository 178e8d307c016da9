#include <array>
#include <unordered_map>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/striped_buckets.hpp"
#include "impls/sync/thread_number.hpp"

namespace contend::rate_limiter {
namespace {

// Of a large quota a thread takes some units in advance and spends them by itself: threads that hammer one key meet at
// its bucket once per lease instead of once per decision. The price is an error, stated: what others have leased is
// refused here, and what was leased early is spent late. Leases belong to places, not to threads, so that nothing is
// lost when a thread ends.
constexpr Contract contract =
    Contract{
        .technique = "leases",
        .summary =
            "striped buckets; each place of threads takes units of a large quota in advance and spends them alone",
        .shared_state = "buckets_: striped tables; places_: leases of a few threads each",
        .protected_by = "place.mutex guards place.leases; a stripe's mutex its buckets; the place's is taken first",
        .claim_point = "the subtraction from the lease, or the charge of the bucket that pays for a new lease",
        .ordering = "decisions of one place are ordered by its mutex, leases of one key by its stripe's",
        .progress = "blocking, but threads of different places meet only where a lease is taken",
        .failure = "bad_alloc leaves bucket and lease as they were",
        .complexity = "acquire O(1) expected and one lock without contention; two locks once per lease",
        .memory = "striped tables, and an entry per place and key that it has leased, until the bucket is swept full",
        .source =
            "capacity leases (Doorman, 2016); local quota caches (Google's Zanzibar paper and Envoy describe such)",
    }
        .within(without_threads);

constexpr std::size_t place_count = 16;
constexpr std::uint64_t capacity_per_lease = 64;  // a lease is the 64th part: sixteen places hold at most a quarter
constexpr Guarantees guarantees{.atomic_dimensions = true, .stranded_part = 0.25, .supports = {true, true, true, true}};

class LeasesLimiter final : public RateLimiter {
 public:
  explicit LeasesLimiter(const Options& options) : quotas_(make_quotas(options)) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    const TimeNs at_ns = clamp_time(now_ns);
    const bool leased = charges.size() == 1 && lease_of(charges[0].quota) > 0;
    return leased ? spend(charges[0], at_ns) : buckets_.decide(quotas_, charges, at_ns);
  }

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const TimeNs at_ns = clamp_time(now_ns);
    for (Place& place : places_) {
      const MutexLock lock(place.mutex);
      // A full bucket would not take the units back anyway.
      std::erase_if(place.leases, [&](const auto& lease) { return is_full(lease.first, at_ns); });
    }
    return buckets_.cleanup(quotas_, budget, at_ns);
  }

  std::size_t tracked() override { return buckets_.size(); }

 private:
  struct alignas(cache_line_bytes) Place {
    Mutex mutex{{"lease place", 0}};
    std::unordered_map<OwnedBucketName, std::uint64_t, BucketHash, BucketEqual> leases GUARDED_BY(mutex);
  };

  // 0: too small a quota to hold anything of it back.
  std::uint64_t lease_of(std::uint32_t quota) const { return quotas_[quota].quota().capacity / capacity_per_lease; }

  bool is_full(const BucketName& name, TimeNs now_ns) {
    return buckets_.with_table(name, [&](BucketTable& table) {
      const Bucket* bucket = table.find(name);
      return bucket == nullptr || quotas_[name.quota].is_full(*bucket, now_ns);
    });
  }

  Decision spend(const Charge& charge, TimeNs now_ns) {
    const BucketName name = name_of(charge);
    const auto cost = static_cast<std::uint64_t>(charge.cost);
    Place& place = places_[thread_number() % place_count];
    const MutexLock lock(place.mutex);
    auto lease = place.leases.find(name);
    if (lease != place.leases.end() && cost > 0 && cost <= lease->second) {
      lease->second -= cost;
      return {Status::allowed, 0, lease->second, 0};
    }
    if (lease == place.leases.end()) lease = place.leases.try_emplace(OwnedBucketName(name), 0).first;
    return buckets_.with_table(name,
                               [&](BucketTable& table) { return renew(table, name, cost, now_ns, lease->second); });
  }

  // Pays what the lease lacks out of the bucket, and a new lease if there is so much.
  Decision renew(BucketTable& table, const BucketName& name, std::uint64_t cost, TimeNs now_ns,
                 std::uint64_t& leased) const {
    const QuotaRules& rules = quotas_[name.quota];
    const Bucket* found = table.find(name);
    const Bucket full;
    const Bucket& bucket = found == nullptr ? full : *found;
    const std::uint64_t available = rules.available(bucket, now_ns);
    if (cost == 0) return {Status::allowed, 0, leased + available, 0};
    const std::uint64_t lacking = cost - std::min(cost, leased);
    if (lacking > available) {
      return {Status::limited, rules.wait_for(bucket, lacking, now_ns), leased + available, 0};
    }
    const std::uint64_t extra = std::min(lease_of(name.quota), available - lacking);
    Bucket& charged = table.find_or_make(name);
    rules.make_room(charged);
    if (lacking + extra > 0) rules.take(charged, lacking + extra, now_ns);
    leased = leased + lacking - cost + extra;
    return {Status::allowed, 0, leased + available - lacking - extra, 0};
  }

  const Quotas quotas_;
  StripedBuckets buckets_;
  std::array<Place, place_count> places_;
};

const bool registered = register_implementation<RateLimiter, LeasesLimiter>("leases", contract, guarantees);

}  // namespace
}  // namespace contend::rate_limiter
