#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/striped_buckets.hpp"
#include "impls/sync/thread_number.hpp"

namespace contend::rate_limiter {
namespace {

// Of a large quota a thread takes some units in advance and spends them by itself: threads that hammer one key meet at
// its bucket once per lease instead of once per decision. The price is an error, stated: what others have leased is
// refused here, what was leased early is spent late, and what others have charged meanwhile is not known here. Leases
// belong to places, not to threads, so that nothing is lost when a thread ends.
//
// Beside its units a lease keeps the bucket as it would be if each unit were charged when it is spent. So a thread that
// is alone with a bucket is answered as if there were no leases; and when it comes to the bucket again, for whatever
// reason, it first puts that in the bucket's place, or gives back what it has left where others have charged meanwhile.
constexpr Contract contract =
    Contract{
        .technique = "leases",
        .summary =
            "striped buckets; each place of threads takes units of a large quota in advance and spends them alone",
        .shared_state = "buckets_: striped tables; places_: a few leases each, of a few threads",
        .protected_by = "place.mutex guards place.leases; a stripe's mutex its buckets; the place's is taken first",
        .claim_point = "the subtraction from the lease, or the charge of the bucket that pays for a new lease",
        .ordering = "decisions of one place are ordered by its mutex, leases of one key by its stripe's",
        .progress = "blocking, but threads of different places meet only where a lease is taken",
        .failure = "bad_alloc leaves bucket and lease as they were, and makes none",
        .complexity = "acquire O(1) expected and one lock without contention; two locks once per lease",
        .memory = "striped tables, and 16 places of 16 leases with a key each, however many keys there are",
        .source =
            "capacity leases (Doorman, 2016); local quota caches (Google's Zanzibar paper and Envoy describe such)",
    }
        .within(without_threads);

constexpr std::size_t place_count = 16;
constexpr std::size_t leases_per_place = 16;
constexpr std::uint64_t capacity_per_lease = 64;  // a lease is the 64th part: sixteen places hold at most a quarter
constexpr int chances_of_a_lease = 4;             // so many other keys it outlives before it is spent from again
constexpr Guarantees guarantees{.atomic_dimensions = true,
                                .stranded_part = 0.25,
                                .remaining_counts_all = false,
                                .supports = {true, true, true, true}};

class LeasesLimiter final : public RateLimiter {
 public:
  explicit LeasesLimiter(const Options& options) : quotas_(make_quotas(options)) {}

  Decision acquire_all(std::span<const Charge> charges, TimeNs now_ns) override {
    if (const Decision wrong = check_charges(quotas_, charges); wrong.status != Status::allowed) return wrong;
    const TimeNs at_ns = clamp_time(now_ns);
    const bool may_be_leased =
        std::ranges::any_of(charges, [&](const Charge& charge) { return lease_of(charge.quota) > 0; });
    if (!may_be_leased) return buckets_.decide(quotas_, charges, at_ns);
    Place& place = places_[thread_number() % place_count];
    const MutexLock lock(place.mutex);
    if (charges.size() > 1) return decide(place, charges, at_ns, nullptr);
    Lease& lease = place.lease_at(name_of(charges[0]));
    if (const auto decision = spend(lease, charges[0], at_ns)) return *decision;
    return decide(place, charges, at_ns, lease_for(lease, charges[0]));
  }

  // What threads have leased is brought to its buckets first: a bucket is full only when all of it is.
  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    for (Place& place : places_) {
      const MutexLock lock(place.mutex);
      for (Lease& lease : place.leases) settle(lease);
    }
    return buckets_.cleanup(quotas_, budget, clamp_time(now_ns));
  }

  std::size_t tracked() override { return buckets_.size(); }

 private:
  struct Lease {
    OwnedBucketName name;
    bool open = false;        // taken, and not settled with the bucket since
    std::uint64_t units = 0;  // that are not spent
    Bucket left;              // the bucket when the units had been taken
    Bucket exact;             // as if they had not been, but for those that are spent, each when it was
    int chances = 0;
  };
  struct alignas(cache_line_bytes) Place {
    Mutex mutex{{"lease place", 0}};
    std::array<Lease, leases_per_place> leases GUARDED_BY(mutex);

    Lease& lease_at(const BucketName& name) REQUIRES(mutex) {
      return leases[(hash_bucket(name) >> 32) % leases_per_place];
    }
  };

  // 0: too small a quota to hold anything of it back, or one whose bucket is too large to keep a second time.
  std::uint64_t lease_of(std::uint32_t quota) const {
    const Quota& rules = quotas_[quota].quota();
    return rules.algorithm == Algorithm::sliding_log ? 0 : rules.capacity / capacity_per_lease;
  }

  std::optional<Decision> spend(Lease& lease, const Charge& charge, TimeNs now_ns) const {
    const auto cost = static_cast<std::uint64_t>(charge.cost);
    if (!lease.open || cost == 0 || cost > lease.units || lease.name != name_of(charge)) return std::nullopt;
    const QuotaRules& rules = quotas_[charge.quota];
    if (cost > rules.available(lease.exact, now_ns)) return std::nullopt;  // at an earlier time there may be less
    rules.take(lease.exact, cost, now_ns);
    lease.units -= cost;
    lease.chances = chances_of_a_lease;
    return Decision{Status::allowed, 0, rules.available(lease.exact, now_ns), 0};
  }

  // The lease that the charge may leave units in: its own, or one that is nobody's, or that has run out of chances.
  Lease* lease_for(Lease& lease, const Charge& charge) {
    const BucketName name = name_of(charge);
    if (charge.cost == 0 || lease_of(charge.quota) == 0) return nullptr;
    if (lease.name == name) return &lease;
    if (lease.open && lease.chances-- > 0) return nullptr;
    OwnedBucketName own(name);
    settle(lease);
    lease.name = std::move(own);
    return &lease;
  }

  // Requires that no stripe is held.
  void settle(Lease& lease) {
    if (!lease.open) return;
    buckets_.with_table(lease.name, [&](BucketTable& table) { settle_in(table, lease); });
  }
  void settle_in(BucketTable& table, Lease& lease) const noexcept {
    lease.open = false;
    Bucket* const bucket = table.find(lease.name);
    if (bucket == nullptr) return;  // it was full, and has been swept
    const bool alone =
        bucket->at == lease.left.at && bucket->part == lease.left.part && bucket->taken == lease.left.taken;
    if (alone) {
      std::swap(*bucket, lease.exact);
    } else {
      quotas_[lease.name.quota].give_back(*bucket, lease.units, lease.left);
    }
  }

  // Decides with all that this place has leased back in the buckets, and then takes units for `lease`, if it is one.
  Decision decide(Place& place, std::span<const Charge> charges, TimeNs now_ns, Lease* lease) REQUIRES(place.mutex) {
    return buckets_.with_tables(charges, [&](const auto& table_of) NO_THREAD_SAFETY_ANALYSIS {
      for (const Charge& charge : charges) {
        Lease& leased = place.lease_at(name_of(charge));
        if (leased.open && leased.name == name_of(charge)) settle_in(table_of(leased.name), leased);
      }
      BucketsIn buckets(table_of);
      const Decision decision = decide_alone(quotas_, charges, now_ns, buckets);
      if (lease != nullptr && decision.status == Status::allowed) {
        take_in_advance(*lease, *buckets.find(lease->name), decision.remaining, now_ns);
      }
      return decision;
    });
  }

  void take_in_advance(Lease& lease, Bucket& bucket, std::uint64_t available, TimeNs now_ns) const noexcept {
    lease.units = std::min(lease_of(lease.name.quota), available);
    if (lease.units == 0) return;
    lease.open = true;
    lease.chances = chances_of_a_lease;
    lease.exact = bucket;
    quotas_[lease.name.quota].take(bucket, lease.units, now_ns);
    lease.left = bucket;
  }

  const Quotas quotas_;
  StripedBuckets buckets_;
  std::array<Place, place_count> places_;
};

const bool registered = register_implementation<RateLimiter, LeasesLimiter>("leases", contract, guarantees);

}  // namespace
}  // namespace contend::rate_limiter
