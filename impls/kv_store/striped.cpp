#include <algorithm>
#include <array>
#include <bitset>
#include <limits>

#include "impls/kv_store/frozen_snapshot.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/optimistic_transaction.hpp"
#include "impls/kv_store/table.hpp"
#include "impls/support/cache_line.hpp"
#include "impls/support/mutex.hpp"
#include "impls/support/registry.hpp"

namespace contend {
namespace {

// The keys are dealt over a fixed number of tables by their hash, each with its own mutex: two operations meet only
// when their keys share a stripe. What concerns many keys (scan, snapshot, commit, size) takes the stripes it needs in
// ascending order and holds them all, so it is one instant and no circle of waiting can close.
constexpr Contract contract{
    .technique = "striped",
    .summary = "hash tables with a mutex each, chosen by the hash of the key; many-key operations hold all they need",
    .shared_state = "stripes_: fixed array; each stripe a table with its own entries, deadlines and version counter",
    .protected_by = "stripe.mutex guards stripe.table; several are taken in ascending order of index only",
    .claim_point = "put_if_absent: the insertion under the stripe's mutex",
    .ordering = "operations on one stripe are ordered by its mutex; a scan is ordered against all of them",
    .progress = "blocking: a stalled writer delays its stripe and every scan; a scan delays everybody",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the entry as it was; a commit that runs out of memory may be half applied",
    .complexity =
        "point operations O(1) expected, creating a key O(log n); scan O(stripes (log n + limit)); snapshot O(n log n)",
    .memory = "32 mutexes; a hash node, an index node and two strings per entry; a snapshot copies all entries",
    .source = "lock striping (Java's ConcurrentHashMap, Lea 2004)",
};

// At most 32, so that a thread that holds all of them stays within what ThreadSanitizer's deadlock detector can follow.
constexpr std::size_t stripe_count = 32;
using StripeSet = std::bitset<stripe_count>;

std::size_t stripe_index(std::string_view key) {
  return mix_bits(hash_bytes(key)) % stripe_count;
}

class StripedStore final : public KvStore {
 public:
  explicit StripedStore(const Options&) {}

  KvAnswer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.get(key, now_ns, value);
  }
  KvAnswer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.set(key, value, ttl_ns, now_ns);
  }
  KvAnswer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.put_if_absent(key, value, ttl_ns, now_ns);
  }
  KvAnswer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                           TimeNs now_ns, std::string& current) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.compare_and_set(key, expected, value, ttl_ns, now_ns, current);
  }
  KvAnswer erase(std::string_view key, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.erase(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<KvEntry>& entries) override {
    entries.clear();
    HeldStripes held(stripes_, StripeSet().set());
    held.scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<KvTransaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      HeldStripes held(stripes_, stripes_of(request));
      return commit_alone(request, held);
    });
  }
  std::unique_ptr<KvSnapshot> snapshot(TimeNs now_ns) override {
    std::vector<KvEntry> entries;
    {
      const HeldStripes held(stripes_, StripeSet().set());
      held.copy_live(now_ns, entries);
    }
    std::ranges::sort(entries, {}, &KvEntry::key);
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  // Stripe by stripe: each removal is one instant, the whole is not. No stripe is held while another is swept.
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    ExpireAnswer total;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      const ExpireAnswer swept = stripe.table.expire(budget - total.removed, now_ns);
      total.removed += swept.removed;
      total.more = total.more || swept.more;
    }
    return total;
  }
  KvSize size(TimeNs now_ns) override {
    HeldStripes held(stripes_, StripeSet().set());
    return held.size(now_ns);
  }

 private:
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"store stripe", 0}};
    HashedTable table GUARDED_BY(mutex);
  };
  using Stripes = std::array<Stripe, stripe_count>;

  // Holds a set of stripes and works on them as if they were one table. The analysis cannot follow a set of locks that
  // is known only at run time.
  class HeldStripes {
   public:
    HeldStripes(Stripes& stripes, StripeSet chosen) NO_THREAD_SAFETY_ANALYSIS : stripes_(stripes), chosen_(chosen) {
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) stripes_[i].mutex.lock();
      }
    }
    ~HeldStripes() NO_THREAD_SAFETY_ANALYSIS {
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) stripes_[i].mutex.unlock();
      }
    }
    HeldStripes(const HeldStripes&) = delete;
    HeldStripes& operator=(const HeldStripes&) = delete;

    KvAnswer get(std::string_view key, TimeNs now_ns, std::string& value) NO_THREAD_SAFETY_ANALYSIS {
      return stripes_[stripe_index(key)].table.get(key, now_ns, value);
    }
    void set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {
      stripes_[stripe_index(key)].table.set(key, value, ttl_ns, now_ns);
    }
    void erase(std::string_view key, TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {
      stripes_[stripe_index(key)].table.erase(key, now_ns);
    }
    // Requires all stripes and empty `entries`. Each stripe gives its first `limit`; the first of those are the answer.
    void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns,
              std::vector<KvEntry>& entries) NO_THREAD_SAFETY_ANALYSIS {
      bool any_expired = false;
      for (const Stripe& stripe : stripes_) {
        bool met_expired = false;
        stripe.table.peek_scan(prefix, limit, now_ns, entries, met_expired);
        any_expired = any_expired || met_expired;
      }
      const auto cut = entries.begin() + static_cast<std::ptrdiff_t>(std::min(limit, entries.size()));
      std::ranges::partial_sort(entries, cut, {}, &KvEntry::key);
      entries.erase(cut, entries.end());
      if (!any_expired || limit == 0) return;
      for (Stripe& stripe : stripes_) stripe.table.drop_expired(prefix, last_met(entries, limit), now_ns);
    }
    void copy_live(TimeNs now_ns, std::vector<KvEntry>& entries) const NO_THREAD_SAFETY_ANALYSIS {
      for (const Stripe& stripe : stripes_) stripe.table.copy_live(now_ns, entries);
    }
    KvSize size(TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {
      KvSize total;
      for (Stripe& stripe : stripes_) {
        const KvSize part = stripe.table.size(now_ns);
        total.live += part.live;
        total.resident += part.resident;
      }
      return total;
    }

   private:
    Stripes& stripes_;
    const StripeSet chosen_;
  };

  Stripe& stripe_of(std::string_view key) { return stripes_[stripe_index(key)]; }

  static StripeSet stripes_of(const CommitRequest& request) {
    if (!request.scans.empty()) return StripeSet().set();
    StripeSet needed;
    for (const auto& [key, version] : request.reads) needed.set(stripe_index(key));
    for (const auto& [key, write] : request.writes) needed.set(stripe_index(key));
    return needed;
  }

  Stripes stripes_;
};

const bool registered = register_implementation<KvStore, StripedStore>("striped", contract);

}  // namespace
}  // namespace contend
