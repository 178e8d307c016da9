#include <algorithm>
#include <array>
#include <bitset>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/striping/merge.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/kv_store/versions/open_snapshots.hpp"
#include "impls/kv_store/versions/version_table.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {
namespace {

// Every value is a record that lives from the stamp of the commit that wrote it to that of the one that ended it. A
// snapshot is a stamp: taking one copies nothing, and reading it finds the record that lived then. A commit takes its
// stamp while it holds all stripes it writes, and keeps them until its records are in place; so whoever later holds a
// stripe sees every record up to any stamp that was handed out before.
constexpr Contract contract{
    .technique = "multiversion",
    .summary = "records that live from stamp to stamp: snapshots cost O(1) and never make a writer wait",
    .shared_state = "stripes_ with records, the commit clock, and the snapshots that are open",
    .protected_by = "stripe.mutex guards its records; several are taken in ascending order; then the snapshots' mutex",
    .claim_point = "the linking of the record under the stripe's mutex; of a commit, the first writer of a key wins",
    .ordering = "stamps are taken while all written stripes are held, so stamp order is the order of effect",
    .progress = "blocking per stripe; readers of a snapshot hold one stripe at a time",
    .shutdown = "owns no threads; snapshots and transactions end before the store does",
    .failure =
        "bad_alloc: the operation has not happened, and a commit can be tried again: all memory that its writes need "
        "is "
        "there before the first of them",
    .complexity =
        "point operations O(log n + versions of the key); scan O(stripes log n + results log stripes); snapshot O(log "
        "open), and its end O(log open) for each record that was kept for it",
    .memory =
        "a node and two strings a key, a record with its value for each version that an open snapshot can see: what "
        "none "
        "can see goes at once",
    .source = "multiversion concurrency control (Reed, 1978); snapshot isolation (Berenson et al., 1995)",
};

constexpr std::size_t stripe_count = 32;
std::size_t stripe_index(std::string_view key) {
  return mix_bits(hash_bytes(key)) % stripe_count;
}

class MultiversionStore final : public Store {
 public:
  explicit MultiversionStore(const Options& options) { expected_entries(options); }  // a tree needs no room beforehand

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const Record* record = find_live(stripe, key, now_ns);
    if (record == nullptr) return {Status::absent};
    value = record->value;
    return {Status::ok, record->from, record->from};
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns, [](const Record*) { return Status::ok; });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns,
                    [](const Record* record) { return record == nullptr ? Status::ok : Status::exists; });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return write_if(key, value, ttl_ns, now_ns, [&](const Record* record) {
      if ((record == nullptr ? 0 : record->from) == expected) return Status::ok;
      if (record != nullptr) current = record->value;
      return Status::version_mismatch;
    });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    Record* record = find_live(stripe, key, now_ns);
    if (record == nullptr) return {Status::absent};
    const Version removed = record->from;
    stripe.table.end(*record, open_.next_stamp(), open_);
    return {Status::ok, 0, removed};
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    {
      const OpenPin pin(*this);
      scan_at(pin.at(), prefix, limit, now_ns, entries);
    }
    drop_expired(prefix, limit, entries, now_ns);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<VersionedTransaction>(*this, now_ns);
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    return std::make_unique<VersionedSnapshot>(*this, now_ns);
  }

  // Stripe by stripe: each removal is one instant, the whole is not.
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    ExpireAnswer total;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      while (Record* due = stripe.table.first_expired(now_ns)) {
        if (total.removed == budget) {
          total.more = true;
          return total;
        }
        stripe.table.end(*due, open_.next_stamp(), open_);
        ++total.removed;
      }
    }
    return total;
  }
  Size size(TimeNs now_ns) override {
    expire(std::numeric_limits<std::size_t>::max(), now_ns);
    Size total;
    const OpenPin pin(*this);
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      total.resident += stripe.table.size();
      for (const VersionedKey* key = stripe.table.first({}); key != nullptr; key = stripe.table.next(*key)) {
        total.live += is_live(key->at(pin.at()), now_ns) ? 1 : 0;
      }
    }
    return total;
  }

 private:
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"store stripe", 0}};
    VersionTable table GUARDED_BY(mutex);
  };

  // An instant that stays readable until the pin goes, which frees what was kept for it alone.
  class OpenPin {
   public:
    explicit OpenPin(MultiversionStore& store) : store_(store) { store_.open_.open(snapshot_); }
    ~OpenPin() {
      Records kept = store_.open_.close(snapshot_);
      while (!kept.empty()) {
        Record& record = kept.front();
        kept.pop_front();
        Stripe& stripe = store_.stripe_of(record.key->key);
        const MutexLock lock(stripe.mutex);
        stripe.table.release(record, store_.open_);
      }
    }
    OpenPin(const OpenPin&) = delete;
    OpenPin& operator=(const OpenPin&) = delete;

    Stamp at() const { return snapshot_.at; }

   private:
    MultiversionStore& store_;
    OpenSnapshot snapshot_;
  };

  class VersionedSnapshot final : public Snapshot {
   public:
    VersionedSnapshot(MultiversionStore& store, TimeNs now_ns) : store_(store), now_ns_(now_ns), pin_(store) {}

    Answer get(std::string_view key, std::string& value) const override {
      if (const Status bad = check_input(key); bad != Status::ok) return {bad};
      const Record* record = store_.record_at(key, pin_.at());
      if (!is_live(record, now_ns_)) return {Status::absent};
      value = record->value;  // which stays as it is as long as the pin
      return {Status::ok, record->from, record->from};
    }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const override {
      store_.scan_at(pin_.at(), prefix, limit, now_ns_, entries);
    }
    Stamp at() const { return pin_.at(); }

   private:
    MultiversionStore& store_;
    const TimeNs now_ns_;
    const OpenPin pin_;
  };

  // Snapshot isolation: all reads at one stamp; a commit fails if anybody has written one of its keys since.
  class VersionedTransaction final : public Transaction {
   public:
    VersionedTransaction(MultiversionStore& store, TimeNs now_ns) : store_(store), snapshot_(store, now_ns) {
      request_.now_ns = now_ns;
    }
    Answer get(std::string_view key, std::string& value) override {
      if (finished_) return {Status::finished};
      const auto own = request_.writes.find(key);
      if (own == request_.writes.end()) {
        const Answer answer = snapshot_.get(key, value);
        if (answer.status == Status::absent) store_.drop_if_expired(key, request_.now_ns);
        return answer;
      }
      if (own->second.erase) return {Status::absent};
      value = own->second.value;
      return {Status::ok};
    }
    Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns) override {
      if (finished_) return {Status::finished};
      if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
      CommitRequest::Writes ready = one_write(key, {false, std::string(value), ttl_ns});
      std::string ignored;
      const Version previous = get(key, ignored).version;
      put_write(request_.writes, std::move(ready));
      return {Status::ok, 0, previous};
    }
    Answer erase(std::string_view key) override {
      if (finished_) return {Status::finished};
      if (const Status bad = check_input(key); bad != Status::ok) return {bad};
      CommitRequest::Writes ready = one_write(key, {true, {}, forever});
      std::string ignored;
      const Answer before = get(key, ignored);
      if (before.status != Status::ok) return before;
      put_write(request_.writes, std::move(ready));
      return {Status::ok, 0, before.version};
    }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
      entries.clear();
      if (finished_ || limit == 0 || check_input(prefix) != Status::ok) return;
      const std::size_t asked = store_limit(request_.writes, prefix, limit);
      snapshot_.scan(prefix, asked, entries);
      store_.drop_expired(prefix, asked, entries, request_.now_ns);
      overlay_writes(request_.writes, prefix, limit, entries);
    }
    Status commit() override {
      if (finished_) return Status::finished;
      const Status status = store_.commit(request_, snapshot_.at());
      finished_ = true;  // not where it has thrown: nothing has happened
      return status;
    }
    void rollback() override { finished_ = true; }

   private:
    MultiversionStore& store_;
    const VersionedSnapshot snapshot_;
    CommitRequest request_;
    bool finished_ = false;
  };

  // What a snapshot sees of one stripe, fetched in parts, so that no stripe is held while another is.
  class Cursor {
   public:
    Cursor(Stripe& stripe, std::string_view prefix, Stamp at, TimeNs now_ns, std::size_t part)
        : stripe_(&stripe), prefix_(prefix), at_(at), now_ns_(now_ns), part_(part) {
      seen_.reserve(part_);
      fetch();
    }
    // What is seen is kept for the snapshot, so it can be read without the lock.
    const Record* record() const { return place_ < seen_.size() ? seen_[place_] : nullptr; }
    const VersionedKey* entry() const { return record() == nullptr ? nullptr : record()->key; }
    void advance() {
      if (++place_ == part_) fetch();
    }

   private:
    void fetch() {
      Stripe& stripe = *stripe_;
      const MutexLock lock(stripe.mutex);
      const VersionedKey* key = seen_.empty() ? stripe.table.first(prefix_) : stripe.table.next(*seen_.back()->key);
      seen_.clear();
      place_ = 0;
      for (; seen_.size() < part_ && key != nullptr && key->key.starts_with(prefix_); key = stripe.table.next(*key)) {
        if (const Record* record = key->at(at_); is_live(record, now_ns_)) seen_.push_back(record);
      }
    }

    Stripe* stripe_;
    std::string_view prefix_;
    Stamp at_;
    TimeNs now_ns_;
    std::size_t part_;
    std::vector<const Record*> seen_;
    std::size_t place_ = 0;
  };

  Stripe& stripe_of(std::string_view key) { return stripes_[stripe_index(key)]; }

  // The record that is alive; one that has expired is ended.
  Record* find_live(Stripe& stripe, std::string_view key, TimeNs now_ns) REQUIRES(stripe.mutex) {
    Record* record = stripe.table.current(key);
    if (record == nullptr || is_live(record, now_ns)) return record;
    stripe.table.end(*record, open_.next_stamp(), open_);
    return nullptr;
  }

  const Record* record_at(std::string_view key, Stamp at) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const VersionedKey* there = stripe.table.find(key);
    return there == nullptr ? nullptr : there->at(at);
  }

  // In one step also over what has expired: to end that first would show a snapshot between the two stamps a key that is
  // absent, though no operation has left it so.
  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
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

  void scan_at(Stamp at, std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
    entries.clear();
    if (check_input(prefix) != Status::ok || limit == 0) return;
    // A little more than the share of each stripe, so that few have to be asked again.
    const std::size_t part = std::min<std::size_t>(limit / stripe_count + 4, 256);
    std::vector<Cursor> cursors;
    cursors.reserve(stripe_count);
    for (Stripe& stripe : stripes_) cursors.emplace_back(stripe, prefix, at, now_ns, part);
    merge_cursors(std::span<Cursor>(cursors), [&](const Cursor& cursor) {
      entries.push_back({cursor.entry()->key, cursor.record()->value, cursor.record()->from});
      return entries.size() < limit;
    });
  }

  void drop_if_expired(std::string_view key, TimeNs now_ns) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    find_live(stripe, key, now_ns);
  }

  // What a scan for `limit` that has found `entries` has met.
  void drop_expired(std::string_view prefix, std::size_t limit, const std::vector<Entry>& entries, TimeNs now_ns) {
    if (limit == 0) return;
    const std::string* last = entries.size() < limit ? nullptr : &entries.back().key;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      if (stripe.table.first_expired(now_ns) == nullptr) continue;
      for (VersionedKey* key = stripe.table.first(prefix);
           key != nullptr && key->key.starts_with(prefix) && (last == nullptr || key->key <= *last);) {
        VersionedKey* const next = stripe.table.next(*key);
        Record* const record = key->current();
        if (record != nullptr && !is_live(record, now_ns)) stripe.table.end(*record, open_.next_stamp(), open_);
        key = next;
      }
    }
  }

  // Holds stripes that are known only at run time, which the analysis cannot follow; taken in ascending order.
  class HeldStripes {
   public:
    HeldStripes(MultiversionStore& store, const CommitRequest& request) NO_THREAD_SAFETY_ANALYSIS : store_(store) {
      for (const auto& [key, write] : request.writes) chosen_.set(stripe_index(key));
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) store_.stripes_[i].mutex.lock();
      }
    }
    ~HeldStripes() NO_THREAD_SAFETY_ANALYSIS {
      for (std::size_t i = 0; i < stripe_count; ++i) {
        if (chosen_[i]) store_.stripes_[i].mutex.unlock();
      }
    }
    HeldStripes(const HeldStripes&) = delete;
    HeldStripes& operator=(const HeldStripes&) = delete;

    VersionTable& table_of(std::string_view key) NO_THREAD_SAFETY_ANALYSIS { return store_.stripe_of(key).table; }

   private:
    MultiversionStore& store_;
    std::bitset<stripe_count> chosen_;
  };

  Status commit(const CommitRequest& request, Stamp read_at) {
    HeldStripes held(*this, request);
    for (const auto& [key, write] : request.writes) {
      if (written_since(held.table_of(key), key, read_at, request.now_ns)) return Status::conflict;
    }
    if (request.writes.empty()) return Status::ok;
    std::vector<std::pair<VersionTable*, VersionTable::Write>> ready;
    ready.reserve(request.writes.size());
    for (const auto& [key, write] : request.writes) {
      VersionTable& table = held.table_of(key);
      if (!write.erase) {
        ready.emplace_back(&table, table.prepare(key, write.value, deadline_after(request.now_ns, write.ttl_ns)));
      }
    }
    const Stamp stamp = open_.next_stamp();
    for (const auto& [key, write] : request.writes) {
      VersionTable& table = held.table_of(key);
      Record* const record = write.erase ? table.current(key) : nullptr;
      if (record != nullptr) table.end(*record, stamp, open_);
    }
    for (auto& [table, write] : ready) table->apply(std::move(write), stamp, open_);
    return Status::ok;
  }

  // An expiry is not a write of somebody else's.
  static bool written_since(const VersionTable& table, std::string_view key, Stamp read_at, TimeNs now_ns) {
    const VersionedKey* there = table.find(key);
    if (there == nullptr) return false;
    const Record* current = there->current();
    if (current != nullptr) return current->from > read_at;
    return is_live(there->at(read_at), now_ns);
  }

  std::array<Stripe, stripe_count> stripes_;
  OpenSnapshots open_;
};

const bool registered = register_implementation<Store, MultiversionStore>(
    "multiversion", contract, {.scan = ScanGuarantee::snapshot, .isolation = Isolation::snapshot});

}  // namespace
}  // namespace contend::kv_store
