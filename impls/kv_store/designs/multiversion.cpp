#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <map>
#include <set>

#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/cache_line.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {
namespace {

// Every key keeps a chain of versions, each stamped with the commit that wrote it. A snapshot is a stamp: taking one
// copies nothing, and reading it finds the newest version that is not younger. A commit takes its stamp while it holds
// all stripes it writes, and keeps them until its versions are in place; so whoever later holds a stripe sees every
// version up to any stamp that was handed out before.
constexpr Contract contract{
    .technique = "multiversion",
    .summary = "version chains stamped by commit: snapshots cost O(1) and never make a writer wait",
    .shared_state = "stripes_ with chains, the commit clock, and the stamps of the snapshots that are open",
    .protected_by = "stripe.mutex guards its chains; several are taken in ascending order; open_mutex_ guards open_",
    .claim_point = "the append to the chain under the stripe's mutex; of a commit, the first writer of a key wins",
    .ordering = "stamps are taken while all written stripes are held, so stamp order is the order of effect",
    .progress = "blocking per stripe; readers of a snapshot hold one stripe at a time",
    .shutdown = "owns no threads; snapshots and transactions end before the store does",
    .failure = "bad_alloc leaves the chains as they were; a commit that runs out of memory may be half applied",
    .complexity =
        "point operations O(log n + versions of the key); scan O(stripes log n + results); snapshot O(log open)",
    .memory = "one tree node per key and one record per version that the oldest open snapshot may still need",
    .source = "multiversion concurrency control (Reed, 1978); snapshot isolation (Berenson et al., 1995)",
};

using Stamp = std::uint64_t;

struct VersionRecord {
  Stamp stamp = 0;
  bool erased = false;
  TimeNs deadline_ns = never;
  std::string value;
};
using Chain = std::vector<VersionRecord>;  // oldest first

// The newest version that a reader at `at` may see, or nullptr.
const VersionRecord* visible(const Chain& chain, Stamp at) {
  const auto after = std::ranges::upper_bound(chain, at, {}, &VersionRecord::stamp);
  return after == chain.begin() ? nullptr : &*(after - 1);
}
bool live(const VersionRecord* record, TimeNs now_ns) {
  return record != nullptr && !record->erased && is_alive(record->deadline_ns, now_ns);
}

constexpr std::size_t stripe_count = 32;
std::size_t stripe_index(std::string_view key) {
  return mix_bits(hash_bytes(key)) % stripe_count;
}

class MultiversionStore final : public Store {
 public:
  explicit MultiversionStore(const Options&) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const VersionRecord* record = find_live(stripe, key, now_ns);
    if (record == nullptr) return {Status::absent};
    value = record->value;
    return {Status::ok, record->stamp, record->stamp};
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns, [](const VersionRecord*) { return Status::ok; });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write_if(key, value, ttl_ns, now_ns,
                    [](const VersionRecord* record) { return record == nullptr ? Status::ok : Status::exists; });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return write_if(key, value, ttl_ns, now_ns, [&](const VersionRecord* record) {
      if ((record == nullptr ? 0 : record->stamp) == expected) return Status::ok;
      if (record != nullptr) current = record->value;
      return Status::version_mismatch;
    });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const VersionRecord* record = find_live(stripe, key, now_ns);
    if (record == nullptr) return {Status::absent};
    const Version removed = record->stamp;
    append(stripe, key, {next_stamp(), true, never, {}});
    return {Status::ok, 0, removed};
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    const Stamp at = open_snapshot();
    scan_at(at, prefix, limit, now_ns, entries);
    close_snapshot(at);
    drop_expired(prefix, limit == 0 || entries.size() < limit ? nullptr : &entries.back().key, limit, now_ns);
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
      while (!stripe.deadlines.empty() && stripe.deadlines.begin()->first <= now_ns) {
        const auto due = stripe.deadlines.begin();
        const auto chain = stripe.chains.find(due->second);
        const bool expired = chain != stripe.chains.end() && !chain->second.back().erased &&
                             chain->second.back().deadline_ns == due->first;
        if (expired && total.removed == budget) {
          total.more = true;
          break;
        }
        const std::string key = due->second;
        stripe.deadlines.erase(due);
        if (!expired) continue;  // the key was written or erased since
        append(stripe, key, {next_stamp(), true, never, {}});
        ++total.removed;
      }
    }
    return total;
  }
  Size size(TimeNs now_ns) override {
    Size total;
    expire(~std::size_t{0}, now_ns);
    const Stamp at = open_snapshot();
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      total.resident += stripe.chains.size();
      for (const auto& [key, chain] : stripe.chains) total.live += live(visible(chain, at), now_ns) ? 1 : 0;
    }
    close_snapshot(at);
    return total;
  }

 private:
  struct alignas(cache_line_bytes) Stripe {
    Mutex mutex{{"store stripe", 0}};
    std::map<std::string, Chain, std::less<>> chains GUARDED_BY(mutex);
    std::set<std::pair<TimeNs, std::string>> deadlines GUARDED_BY(mutex);  // may name versions that are no longer last
  };

  // A stamp that stays readable until it is closed.
  class VersionedSnapshot final : public Snapshot {
   public:
    VersionedSnapshot(MultiversionStore& store, TimeNs now_ns)
        : store_(store), now_ns_(now_ns), at_(store.open_snapshot()) {}
    ~VersionedSnapshot() override { store_.close_snapshot(at_); }
    VersionedSnapshot(const VersionedSnapshot&) = delete;
    VersionedSnapshot& operator=(const VersionedSnapshot&) = delete;

    Answer get(std::string_view key, std::string& value) const override {
      if (const Status bad = check_input(key); bad != Status::ok) return {bad};
      Stripe& stripe = store_.stripe_of(key);
      const MutexLock lock(stripe.mutex);
      const auto chain = stripe.chains.find(key);
      const VersionRecord* record = chain == stripe.chains.end() ? nullptr : visible(chain->second, at_);
      if (!live(record, now_ns_)) return {Status::absent};
      value = record->value;
      return {Status::ok, record->stamp, record->stamp};
    }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) const override {
      store_.scan_at(at_, prefix, limit, now_ns_, entries);
    }
    Stamp at() const { return at_; }

   private:
    MultiversionStore& store_;
    const TimeNs now_ns_;
    const Stamp at_;
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
      std::string ignored;
      const Version previous = get(key, ignored).version;
      request_.writes.insert_or_assign(std::string(key), CommitRequest::Write{false, std::string(value), ttl_ns});
      return {Status::ok, 0, previous};
    }
    Answer erase(std::string_view key) override {
      std::string ignored;
      const Answer before = get(key, ignored);
      if (before.status != Status::ok) return before;
      request_.writes.insert_or_assign(std::string(key), CommitRequest::Write{true, {}, forever});
      return {Status::ok, 0, before.version};
    }
    void scan(std::string_view prefix, std::size_t limit, std::vector<Entry>& entries) override {
      entries.clear();
      if (finished_ || check_input(prefix) != Status::ok) return;
      const std::size_t asked = store_limit(request_.writes, prefix, limit);
      snapshot_.scan(prefix, asked, entries);
      store_.drop_expired(prefix, entries.size() < asked ? nullptr : &entries.back().key, asked, request_.now_ns);
      overlay_writes(request_.writes, prefix, limit, entries);
    }
    Status commit() override {
      if (std::exchange(finished_, true)) return Status::finished;
      return store_.commit(request_, snapshot_.at());
    }
    void rollback() override { finished_ = true; }

   private:
    MultiversionStore& store_;
    const VersionedSnapshot snapshot_;
    CommitRequest request_;
    bool finished_ = false;
  };

  Stripe& stripe_of(std::string_view key) { return stripes_[stripe_index(key)]; }
  Stamp next_stamp() { return clock_.fetch_add(1) + 1; }

  Stamp open_snapshot() {
    const MutexLock lock(open_mutex_);
    return *open_.insert(clock_.load());
  }
  void close_snapshot(Stamp at) {
    const MutexLock lock(open_mutex_);
    open_.erase(open_.find(at));
  }
  // No reader will ask for a version that is hidden at this stamp. A snapshot opened later is not older than the clock
  // now.
  Stamp oldest_needed() {
    const MutexLock lock(open_mutex_);
    return open_.empty() ? clock_.load() : *open_.begin();
  }

  // The last version if it is alive.
  static const VersionRecord* last_live(const Stripe& stripe, std::string_view key, TimeNs now_ns)
      REQUIRES(stripe.mutex) {
    const auto chain = stripe.chains.find(key);
    return chain != stripe.chains.end() && live(&chain->second.back(), now_ns) ? &chain->second.back() : nullptr;
  }
  // Likewise; if it has expired, it is erased for good.
  const VersionRecord* find_live(Stripe& stripe, std::string_view key, TimeNs now_ns) REQUIRES(stripe.mutex) {
    if (const VersionRecord* record = last_live(stripe, key, now_ns)) return record;
    const auto chain = stripe.chains.find(key);
    if (chain != stripe.chains.end() && !chain->second.back().erased) {
      append(stripe, key, {next_stamp(), true, never, {}});
    }
    return nullptr;
  }

  // Adds a version and drops those of the key that nobody needs any more.
  Stamp append(Stripe& stripe, std::string_view key, VersionRecord record) REQUIRES(stripe.mutex) {
    const Stamp stamp = record.stamp;
    if (record.deadline_ns != never) stripe.deadlines.emplace(record.deadline_ns, key);
    auto place = stripe.chains.find(key);
    if (place == stripe.chains.end()) place = stripe.chains.try_emplace(std::string(key)).first;
    Chain& chain = place->second;
    chain.push_back(std::move(record));
    const auto needed = std::ranges::upper_bound(chain, oldest_needed(), {}, &VersionRecord::stamp);
    if (needed - chain.begin() > 1) chain.erase(chain.begin(), needed - 1);
    if (chain.size() == 1 && chain.back().erased) stripe.chains.erase(place);
    return stamp;
  }

  template <class Decide>
  Answer write_if(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, Decide decide) {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    const VersionRecord* record = last_live(stripe, key, now_ns);
    const Version previous = record == nullptr ? 0 : record->stamp;
    if (const Status refused = decide(record); refused != Status::ok) {
      if (record == nullptr) find_live(stripe, key, now_ns);
      return {refused, previous, previous};
    }
    // In one step also over what has expired: to erase that first would show a snapshot between the two stamps a key
    // that is absent, though no operation has left it so.
    const VersionRecord fresh{next_stamp(), false, deadline_after(now_ns, ttl_ns), std::string(value)};
    return {Status::ok, append(stripe, key, fresh), previous};
  }

  void scan_at(Stamp at, std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) {
    entries.clear();
    if (check_input(prefix) != Status::ok || limit == 0) return;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      std::size_t taken = 0;
      for (auto chain = stripe.chains.lower_bound(prefix);
           taken < limit && chain != stripe.chains.end() && chain->first.starts_with(prefix); ++chain) {
        const VersionRecord* record = visible(chain->second, at);
        if (!live(record, now_ns)) continue;
        entries.push_back({chain->first, record->value, record->stamp});
        ++taken;
      }
    }
    std::ranges::sort(entries, {}, &Entry::key);
    if (entries.size() > limit) entries.resize(limit);
  }

  void drop_if_expired(std::string_view key, TimeNs now_ns) {
    Stripe& stripe = stripe_of(key);
    const MutexLock lock(stripe.mutex);
    find_live(stripe, key, now_ns);
  }

  // What a scan that ended at `last` (null: saw all) has met.
  void drop_expired(std::string_view prefix, const std::string* last, std::size_t limit, TimeNs now_ns) {
    if (limit == 0) return;
    for (Stripe& stripe : stripes_) {
      const MutexLock lock(stripe.mutex);
      if (stripe.deadlines.empty() || stripe.deadlines.begin()->first > now_ns) continue;
      std::vector<std::string> met;
      for (auto chain = stripe.chains.lower_bound(prefix);
           chain != stripe.chains.end() && chain->first.starts_with(prefix) &&
           (last == nullptr || chain->first <= *last);
           ++chain) {
        if (!chain->second.back().erased && !live(&chain->second.back(), now_ns)) met.push_back(chain->first);
      }
      for (const std::string& key : met) find_live(stripe, key, now_ns);
    }
  }

  // Holds all stripes that are written, in ascending order: a set known only at run time, which the analysis cannot
  // follow.
  Status commit(const CommitRequest& request, Stamp read_at) NO_THREAD_SAFETY_ANALYSIS {
    std::bitset<stripe_count> needed;
    for (const auto& [key, write] : request.writes) needed.set(stripe_index(key));
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (needed[i]) stripes_[i].mutex.lock();
    }
    const Status status = commit_held(request, read_at);
    for (std::size_t i = 0; i < stripe_count; ++i) {
      if (needed[i]) stripes_[i].mutex.unlock();
    }
    return status;
  }

  Status commit_held(const CommitRequest& request, Stamp read_at) NO_THREAD_SAFETY_ANALYSIS {  // as above
    for (const auto& [key, write] : request.writes) {
      const auto& chains = stripe_of(key).chains;
      const auto chain = chains.find(key);
      if (chain == chains.end()) continue;
      // An expiry is not a write of somebody else's: only a version written since counts.
      const VersionRecord& last = chain->second.back();
      if (last.stamp > read_at && !(last.erased && !live(visible(chain->second, read_at), request.now_ns))) {
        return Status::conflict;
      }
    }
    if (request.writes.empty()) return Status::ok;
    const Stamp stamp = next_stamp();
    for (const auto& [key, write] : request.writes) {
      const TimeNs deadline_ns = write.erase ? never : deadline_after(request.now_ns, write.ttl_ns);
      append(stripe_of(key), key, {stamp, write.erase, deadline_ns, write.value});
    }
    return Status::ok;
  }

  std::array<Stripe, stripe_count> stripes_;
  alignas(cache_line_bytes) std::atomic<Stamp> clock_{0};
  Mutex open_mutex_{{"open snapshots", 0}};  // taken last, for a few instructions
  std::multiset<Stamp> open_ GUARDED_BY(open_mutex_);
};

const bool registered = register_implementation<Store, MultiversionStore>(
    "multiversion", contract, {.scan = ScanGuarantee::snapshot, .isolation = Isolation::snapshot});

}  // namespace
}  // namespace contend::kv_store
