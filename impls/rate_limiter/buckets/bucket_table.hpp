#pragma once

#include <algorithm>
#include <boost/container/static_vector.hpp>
#include <unordered_map>

#include "impls/base/contract.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"

namespace contend::rate_limiter {

// Buckets by name, without synchronisation. Expected O(1); memory: a hash node with the key for each bucket that has
// been charged and not been swept.
class BucketTable {
 public:
  // nullptr: there is none, which is the same as a full one.
  Bucket* find(const BucketName& name) {
    const auto place = buckets_.find(name);
    return place == buckets_.end() ? nullptr : &place->second;
  }
  // Stays where it is until it is swept.
  Bucket& find_or_make(const BucketName& name) {
    const auto place = buckets_.find(name);
    return place != buckets_.end() ? place->second : buckets_.try_emplace(OwnedBucketName(name)).first->second;
  }
  // Of a bucket that was made and not charged.
  void unmake(const BucketName& name) noexcept { buckets_.erase(buckets_.find(name)); }
  std::size_t size() const { return buckets_.size(); }

  // Goes on with the round through the hash table where the last call ended, for about `budget` buckets, of which it
  // leaves what it did not need.
  CleanupAnswer sweep(const Quotas& quotas, std::size_t& budget, TimeNs now_ns) {
    CleanupAnswer answer;
    for (; next_chain_ < buckets_.bucket_count(); ++next_chain_) {
      if (budget == 0) {
        answer.more = true;
        return answer;
      }
      budget -= std::min(budget, std::max<std::size_t>(buckets_.bucket_size(next_chain_), 1));
      answer.removed += sweep_chain(quotas, next_chain_, now_ns);
    }
    next_chain_ = 0;
    return answer;
  }

 private:
  std::size_t sweep_chain(const Quotas& quotas, std::size_t chain, TimeNs now_ns) {
    std::size_t removed = 0;
    for (auto entry = buckets_.begin(chain); entry != buckets_.end(chain);) {
      const auto here = entry++;
      if (!quotas[here->first.quota].is_full(here->second, now_ns)) continue;
      buckets_.erase(buckets_.find(BucketName(here->first)));
      ++removed;
    }
    return removed;
  }

  std::unordered_map<OwnedBucketName, Bucket, BucketHash, BucketEqual> buckets_;
  std::size_t next_chain_ = 0;
};

// What every design says that decides by decide_alone.
inline constexpr Contract whole_charges =
    Contract{.failure = "bad_alloc leaves every bucket as it was, and makes none"}.within(without_threads);

// The buckets of a request, as decide_alone wants them: those of `table_of(name)`.
template <class TableOf>
class BucketsIn {
 public:
  explicit BucketsIn(TableOf table_of) : table_of_(table_of) {}
  Bucket* find(const BucketName& name) const { return table_of_(name).find(name); }
  Bucket& make(const BucketName& name) const { return table_of_(name).find_or_make(name); }
  void unmake(const BucketName& name) const noexcept { table_of_(name).unmake(name); }

 private:
  TableOf table_of_;
};

// The decision on charges in which check_charges found nothing wrong. Requires exclusive access to all their buckets.
// `buckets.find(name)` gives the bucket, or nullptr for a full one; `make(name)` the bucket, made if need be; unmake(name)
// takes back what make has made. If something throws, all buckets are as they were.
template <class Buckets>
Decision decide_alone(const Quotas& quotas, std::span<const Charge> charges, TimeNs now_ns, Buckets& buckets) {
  static const Bucket full;
  DecisionMaker maker;
  boost::container::static_vector<Bucket*, max_dimensions> taken;
  for (std::uint32_t i = 0; i < charges.size(); ++i) {
    const QuotaRules& rules = quotas[charges[i].quota];
    taken.push_back(buckets.find(name_of(charges[i])));
    const Bucket& bucket = taken[i] == nullptr ? full : *taken[i];
    const auto cost = static_cast<std::uint64_t>(charges[i].cost);
    const std::uint64_t available = rules.available(bucket, now_ns);
    maker.add(i, cost, available, cost > available ? rules.wait_for(bucket, cost, now_ns) : 0);
  }
  if (!maker.allowed()) return maker.decision();
  boost::container::static_vector<BucketName, max_dimensions> made;
  try {
    for (std::size_t i = 0; i < charges.size(); ++i) {
      if (charges[i].cost == 0) continue;
      if (taken[i] == nullptr) {
        taken[i] = &buckets.make(name_of(charges[i]));
        made.push_back(name_of(charges[i]));
      }
      quotas[charges[i].quota].make_room(*taken[i]);
    }
  } catch (...) {
    for (const BucketName& name : made) buckets.unmake(name);
    throw;
  }
  for (std::size_t i = 0; i < charges.size(); ++i) {
    if (charges[i].cost == 0) continue;
    quotas[charges[i].quota].take(*taken[i], static_cast<std::uint64_t>(charges[i].cost), now_ns);
  }
  return maker.decision();
}

}  // namespace contend::rate_limiter
