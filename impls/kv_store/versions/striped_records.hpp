#pragma once

#include <array>
#include <utility>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/kv_store/versions/open_snapshots.hpp"
#include "impls/kv_store/versions/version_table.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {

// Records of all keys in stripes, each under a mutex, and the clock of the commits that write them. Every value is a
// record that lives from the stamp of the commit that wrote it to that of the one that ended it. A commit takes its stamp
// while it holds all stripes it writes, and keeps them until its records are in place; so whoever later holds a stripe
// sees every record up to any stamp that was handed out before.
//
// Keys, values and limits have been checked by the caller. Any thread may call at any time; several stripes are taken in
// ascending order, then the snapshots' mutex. bad_alloc: the operation has not happened.
class StripedRecords {
 private:
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"store stripe", 0}};
    VersionTable table GUARDED_BY(mutex);
  };

 public:
  // An instant that stays readable until the pin goes, which frees what was kept for it alone.
  class OpenPin {
   public:
    explicit OpenPin(StripedRecords& records) : records_(records) { records_.open_.open(snapshot_); }
    ~OpenPin() {
      Records kept = records_.open_.close(snapshot_);
      while (!kept.empty()) {
        Record& record = kept.front();
        kept.pop_front();
        Stripe& stripe = records_.stripe_of(record.key->key);
        const MutexLock lock(stripe.mutex);
        stripe.table.release(record, records_.open_);
      }
    }
    OpenPin(const OpenPin&) = delete;
    OpenPin& operator=(const OpenPin&) = delete;

    Stamp at() const { return snapshot_.at; }

   private:
    StripedRecords& records_;
    OpenSnapshot snapshot_;
  };

  Answer get(std::string_view key, TimeNs now_ns, std::string& value);
  Answer erase(std::string_view key, TimeNs now_ns);
  // Writes if `decide(const Record*)`, which is given what is alive or null, says ok; else answers what it says. In one
  // step also over what has expired: to end that first would show a snapshot between the two stamps a key that is absent,
  // though no operation has left it so.
  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const Record* there = stripe.table.current(key);
    const Record* record = is_live(there, now_ns) ? there : nullptr;
    const Version previous = record == nullptr ? 0 : record->from;
    if (const Status refused = decide(record); refused != Status::ok) {
      find_live(stripe, key, now_ns);
      return {refused, previous, previous};
    }
    VersionTable::Write write = stripe.table.prepare(key, value, deadline_after(now_ns, ttl_ns));
    const Stamp stamp = open_.next_stamp();
    stripe.table.apply(std::move(write), stamp, open_);
    return {Status::ok, stamp, previous};
  }

  // What was there at that stamp, which is pinned; null: nothing.
  const Record* record_at(std::string_view key, Stamp at);
  // At most `limit` entries that were alive at that stamp, which is pinned, in byte order. Holds one stripe at a time.
  void scan_at(Stamp at, std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries);

  // The end of a record that has expired.
  void drop_if_expired(std::string_view key, TimeNs now_ns);
  // Of those that a scan for `limit` has met that has found `entries`.
  void drop_expired(std::string_view prefix, std::size_t limit, const std::vector<Entry>& entries, TimeNs now_ns);
  // Stripe by stripe: each removal is one instant, the whole is not.
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns);
  Size size(TimeNs now_ns);

  // conflict: somebody has written one of its keys since that stamp.
  Status commit(const CommitRequest& request, Stamp read_at);

 private:
  static constexpr std::size_t stripe_count = 32;
  class Cursor;
  class HeldStripes;

  static std::size_t stripe_index(std::string_view key) { return mix_bits(hash_bytes(key)) % stripe_count; }
  Stripe& stripe_of(std::string_view key) { return stripes_[stripe_index(key)]; }

  // The record that is alive; one that has expired is ended.
  Record* find_live(Stripe& stripe, std::string_view key, TimeNs now_ns) REQUIRES(stripe.mutex);

  std::array<Stripe, stripe_count> stripes_;
  OpenSnapshots open_;
};

}  // namespace contend::kv_store
