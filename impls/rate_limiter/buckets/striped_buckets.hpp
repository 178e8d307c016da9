#pragma once

#include <array>
#include <bitset>

#include "impls/rate_limiter/buckets/bucket_table.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::rate_limiter {

// Buckets dealt over a fixed number of tables by the hash of their name, each with its own mutex.
class StripedBuckets {
 public:
  // Calls `work(table_of)` while the stripes of all charges are held; `table_of(name)` is the table of one of them.
  template <class Work>
  auto with_tables(std::span<const Charge> charges, Work work) {
    const HeldStripes held(stripes_, charges);
    return work([&held](const BucketName& name) -> BucketTable& { return held.table_of(name); });
  }

  // Decides on charges that check_charges found nothing wrong with, holding all the stripes they need, taken in
  // ascending order.
  Decision decide(const Quotas& quotas, std::span<const Charge> charges, TimeNs now_ns) {
    return with_tables(charges, [&](const auto& table_of) {
      BucketsIn buckets(table_of);
      return decide_alone(quotas, charges, now_ns, buckets);
    });
  }

  // Calls `work(table)` while the stripe of the name is held.
  template <class Work>
  auto with_table(const BucketName& name, Work work) {
    Stripe& stripe = stripes_[index_of(name)];
    const MutexLock lock(stripe.mutex);
    return work(stripe.table);
  }

  // Stripe by stripe, by one caller at a time; no stripe is held while another is swept.
  CleanupAnswer cleanup(const Quotas& quotas, std::size_t budget, TimeNs now_ns) {
    const MutexLock round(sweeping_);
    CleanupAnswer total;
    for (; next_stripe_ < stripe_count && !total.more; next_stripe_ += total.more ? 0 : 1) {
      Stripe& stripe = stripes_[next_stripe_];
      const MutexLock lock(stripe.mutex);
      const CleanupAnswer swept = stripe.table.sweep(quotas, budget, now_ns);
      total.removed += swept.removed;
      total.more = swept.more;
    }
    if (!total.more) next_stripe_ = 0;
    return total;
  }

  std::size_t size() {
    std::size_t sum = 0;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      sum += stripe.table.size();
    }
    return sum;
  }

 private:
  static constexpr std::size_t stripe_count = 32;
  static std::size_t index_of(const BucketName& name) { return (hash_bucket(name) >> 40) % stripe_count; }

  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"limiter stripe", 0}};
    BucketTable table GUARDED_BY(mutex);
  };
  using Stripes = std::array<Stripe, stripe_count>;

  // The analysis cannot follow a set of locks that is known only at run time.
  class HeldStripes {
   public:
    HeldStripes(Stripes& stripes, std::span<const Charge> charges) NO_THREAD_SAFETY_ANALYSIS : stripes_(stripes) {
      for (const Charge& charge : charges) needed_.set(index_of(name_of(charge)));
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (needed_[i]) stripes_[i].mutex.lock();
      }
    }
    ~HeldStripes() NO_THREAD_SAFETY_ANALYSIS {
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (needed_[i]) stripes_[i].mutex.unlock();
      }
    }
    HeldStripes(const HeldStripes&) = delete;
    HeldStripes& operator=(const HeldStripes&) = delete;

    BucketTable& table_of(const BucketName& name) const NO_THREAD_SAFETY_ANALYSIS {
      return stripes_[index_of(name)].table;
    }

   private:
    Stripes& stripes_;
    std::bitset<stripe_count> needed_;
  };

  Mutex sweeping_{{"limiter sweep", 0}};  // taken before a stripe's
  std::size_t next_stripe_ GUARDED_BY(sweeping_) = 0;
  Stripes stripes_;
};

}  // namespace contend::rate_limiter
