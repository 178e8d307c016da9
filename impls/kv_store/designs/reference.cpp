#include "impls/base/registry.hpp"
#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/table/table.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::kv_store {
namespace {

// One mutex around the plain structure. Every operation is one critical section, so what holds for one thread holds
// for many; nothing is easier to believe, and with short operations little is faster on few cores.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex around an ordered map: the oracle for the others and the yardstick for their speed",
    .shared_state = "table_: entries, deadlines and the version counter",
    .protected_by = "mutex_ guards all of it; a thread holds no other lock, so there is no lock order",
    .claim_point = "put_if_absent: the map insertion inside the critical section",
    .ordering = "the mutex orders all operations; each sees all earlier ones",
    .progress = "blocking: a stalled lock holder delays everybody",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the entry as it was; a commit that runs out of memory may be half applied",
    .complexity = "point operations O(log n), scan O(log n + results), snapshot O(n), size O(expired log n)",
    .memory = "one tree node with two strings per entry, one more node per deadline; a snapshot copies all entries",
    .source = "monitor (Hoare, 1974)",
};

class ReferenceStore final : public Store {
 public:
  explicit ReferenceStore(const Options&) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    const MutexLock lock(mutex_);
    return table_.get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return table_.set(key, value, ttl_ns, now_ns);
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return table_.put_if_absent(key, value, ttl_ns, now_ns);
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    const MutexLock lock(mutex_);
    return table_.compare_and_set(key, expected, value, ttl_ns, now_ns, current);
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return table_.erase(key, now_ns);
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    const MutexLock lock(mutex_);
    table_.scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      const MutexLock lock(mutex_);
      return commit_alone(request, table_);
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    std::vector<Entry> entries;
    table_.copy_live(now_ns, entries);
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return table_.expire(budget, now_ns);
  }
  Size size(TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return table_.size(now_ns);
  }

 private:
  Mutex mutex_{{"store", 0}};
  OrderedTable table_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<Store, ReferenceStore>("reference", contract);

}  // namespace
}  // namespace contend::kv_store
