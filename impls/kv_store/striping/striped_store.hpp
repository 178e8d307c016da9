#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/striping/merge.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {

// A store dealt over a fixed number of tables by the hash of the key, each with its own mutex. Operations on many keys
// hold all the stripes they need, taken in ascending order. `StripeTable` is a Table; where it can also be
// read without the lock (`reads_without_lock`), get takes the lock only where the table cannot answer alone.
template <class StripeTable>
class StripedStore final : public Store {
 public:
  explicit StripedStore(const Store::Options& options)
      : stripes_(make_stripes(expected_entries(options) / stripe_count, std::make_index_sequence<stripe_count>())) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    Stripe& stripe = stripe_of(key);
    if constexpr (reads_without_lock) {
      if (const auto answer = unlocked(stripe).read(key, now_ns, value)) return *answer;
    }
    const MutexLock lock(stripe.mutex);
    return stripe.table.get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.set(key, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.put_if_absent(key, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.compare_and_set(key, expected, value, ttl_ns, now_ns, current);
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    return stripe.table.erase(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    HeldStripes held(stripes_, StripeSet().set());
    held.scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      HeldStripes held(stripes_, stripes_of(request));
      held.stop_unlocked_reads();
      return commit_alone(request, held);
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    std::vector<Entry> entries;
    {
      const HeldStripes held(stripes_, StripeSet().set());
      held.copy_live(now_ns, entries);
    }
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
  Size size(TimeNs now_ns) override {
    HeldStripes held(stripes_, StripeSet().set());
    return held.size(now_ns);
  }

 private:
  // At most 32, so that a thread that holds all stays within what ThreadSanitizer's deadlock detector can follow.
  static constexpr std::size_t stripe_count = 32;
  using StripeSet = std::bitset<stripe_count>;
  static std::size_t stripe_index(std::string_view key) { return mix_bits(hash_bytes(key)) % stripe_count; }

  struct alignas(cache_line_bytes) Stripe {
    explicit Stripe(std::size_t expected) : table(expected) {}
    Mutex mutex{{"store stripe", 0}};
    StripeTable table GUARDED_BY(mutex);
  };
  using Stripes = std::array<Stripe, stripe_count>;
  template <std::size_t... index>
  static Stripes make_stripes(std::size_t expected, std::index_sequence<index...>) {
    return {{(static_cast<void>(index), Stripe(expected))...}};
  }

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
      if constexpr (reads_without_lock) {
        if (stopped_) allow_unlocked_reads(true);
      }
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) stripes_[i].mutex.unlock();
      }
    }
    HeldStripes(const HeldStripes&) = delete;
    HeldStripes& operator=(const HeldStripes&) = delete;

    // Until the stripes are let go: several writes are to be seen as one.
    void stop_unlocked_reads() {
      if constexpr (reads_without_lock) {
        stopped_ = true;
        allow_unlocked_reads(false);
      }
    }

    // For commits, as in Table.
    using Write = typename StripeTable::Write;
    Version version(std::string_view key, TimeNs now_ns) const NO_THREAD_SAFETY_ANALYSIS {
      return table_of(key).version(key, now_ns);
    }
    Write prepare(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) const {
      return table_of(key).prepare(key, value, ttl_ns, now_ns);
    }
    void apply(std::string_view key, Write write) noexcept { table_of(key).apply(std::move(write)); }
    void erase(std::string_view key, TimeNs now_ns) noexcept { table_of(key).erase(key, now_ns); }

    // Requires all stripes. Visits the live entries from `from` on in key order, until `visit` is false.
    template <class Visit>
    void walk(std::string_view from, TimeNs now_ns, Visit visit) const {
      walk_all(from, now_ns, visit, std::make_index_sequence<stripe_count>());
    }
    // Requires all stripes and empty `entries`.
    void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns,
              std::vector<Entry>& entries) NO_THREAD_SAFETY_ANALYSIS {
      if (limit == 0) return;
      walk(prefix, now_ns, [&](const TableEntry& entry) {
        if (!entry.key.starts_with(prefix)) return false;
        entries.push_back({entry.key, entry.value, entry.version});
        return entries.size() < limit;
      });
      for (Stripe& stripe : stripes_) stripe.table.drop_expired(prefix, last_met(entries, limit), now_ns);
    }
    void copy_live(TimeNs now_ns, std::vector<Entry>& entries) const {
      walk({}, now_ns, [&](const TableEntry& entry) {
        entries.push_back({entry.key, entry.value, entry.version});
        return true;
      });
    }
    Size size(TimeNs now_ns) NO_THREAD_SAFETY_ANALYSIS {
      Size total;
      for (Stripe& stripe : stripes_) {
        const Size part = stripe.table.size(now_ns);
        total.live += part.live;
        total.resident += part.resident;
      }
      return total;
    }

   private:
    StripeTable& table_of(std::string_view key) const NO_THREAD_SAFETY_ANALYSIS {
      return stripes_[stripe_index(key)].table;
    }
    template <class Visit, std::size_t... index>
    void walk_all(std::string_view from, TimeNs now_ns, Visit visit,
                  std::index_sequence<index...>) const NO_THREAD_SAFETY_ANALYSIS {
      using Cursor = typename StripeTable::Cursor;
      std::array<Cursor, stripe_count> cursors{{Cursor(stripes_[index].table, from, now_ns)...}};
      merge_cursors(std::span<Cursor>(cursors), [&](const Cursor& cursor) { return visit(*cursor.entry()); });
    }
    void allow_unlocked_reads(bool allowed) NO_THREAD_SAFETY_ANALYSIS {
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) stripes_[i].table.allow_unlocked_reads(allowed);
      }
    }

    Stripes& stripes_;
    const StripeSet chosen_;
    bool stopped_ = false;
  };

  static constexpr bool reads_without_lock = StripeTable::reads_without_lock;

  // The half of the table that needs no lock.
  static const StripeTable& unlocked(const Stripe& stripe) NO_THREAD_SAFETY_ANALYSIS { return stripe.table; }

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

}  // namespace contend::kv_store
