#include "impls/base/registry.hpp"
#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"

namespace contend::cache {
namespace {

// One mutex around a hash table and a queue in the order of use: exact LRU, in which a get writes too.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex around an exact LRU: the oracle for the others and the yardstick for their speed",
    .shared_state = "table_: entries and their order of use; loads in flight; counters of a few threads each",
    .protected_by = "mutex_ guards table_; a key's flight stripe its loads, and is taken first",
    .claim_point = "the entry in the table under the lock; a load: its place among the flights",
    .ordering = "the mutex orders all operations; each sees all earlier ones",
    .progress = "blocking: a stalled lock holder delays everybody; who waits for a load waits for its loader",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the old value; a loader's exception reaches all who wait for it and stores nothing",
    .complexity = "get, put, erase O(1) expected, evictions amortised; O(log n) for an entry with a deadline",
    .memory = "two strings, a list and a hash node an entry, a tree node if it expires; freed outside the lock",
    .source = "LRU (Belady, 1966; Mattson et al., 1970)",
};

class ReferenceCache final : public SharedFront {
 public:
  explicit ReferenceCache(const Options& options) : SharedFront(options), table_(options.capacity) {}

  Size size() override {
    const MutexLock lock(mutex_);
    return table_.size();
  }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    const MutexLock lock(mutex_);
    return table_.get(key, now_ns, value, removed);
  }
  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    const MutexLock lock(mutex_);
    return table_.put(key, value, weight, deadline_ns, now_ns, removed);
  }
  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    const MutexLock lock(mutex_);
    return table_.erase(key, now_ns, removed);
  }
  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    const MutexLock lock(mutex_);
    return table_.cleanup(budget, now_ns, removed);
  }

  Mutex mutex_{{"cache", 0}};
  Table<LruPolicy> table_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<Cache, ReferenceCache>("reference", contract);

}  // namespace
}  // namespace contend::cache
