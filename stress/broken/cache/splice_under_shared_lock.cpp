#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "stress/broken/cache/forwarding_cache.hpp"

namespace contend::cache {
namespace {

// `reference` under a lock that gets share, as though they only looked: but a hit moves its entry to the front of the
// queue.
class SpliceUnderSharedLock final : public SharedFront {
 public:
  explicit SpliceUnderSharedLock(const Options& options) : SharedFront(options), table_(options.capacity) {}

  Size size() override {
    const WriterLock lock(mutex_);
    return table_.size();
  }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  // The analysis sees that it writes.
  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value,
                 RemovedEntries& removed) override NO_THREAD_SAFETY_ANALYSIS {
    const ReaderLock lock(mutex_);
    return table_.get(key, now_ns, value, removed);
  }
  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    const WriterLock lock(mutex_);
    return table_.put(key, value, weight, deadline_ns, now_ns, removed);
  }
  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    const WriterLock lock(mutex_);
    return table_.erase(key, now_ns, removed);
  }
  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    const WriterLock lock(mutex_);
    return table_.cleanup(budget, now_ns, removed);
  }

  SharedMutex mutex_{{"cache", 0}};
  Table<LruPolicy> table_ GUARDED_BY(mutex_);
};

const bool registered = register_broken<Cache, SpliceUnderSharedLock>(
    {.name = "splice_under_shared_lock",
     .number = 13,
     .bug = "a hit moves its entry in the queue under a lock that gets share",
     .rule = "the queue is written by one at a time",
     .caught_by = "accounting",
     .guarantees = {.order = EvictionOrder::approximate},
     .ending = Ending::stop});

}  // namespace
}  // namespace contend::cache
