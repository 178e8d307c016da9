#include <deque>

#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "stress/broken/cache/forwarding_cache.hpp"
#include "stress/round/window.hpp"

namespace contend::cache {
namespace {

// A put without room chooses who goes in one step and removes him in the next, in which nobody looks whether he is
// still there: two puts evict the same entry, and both count it.
class DoubleEviction final : public SharedFront {
 public:
  explicit DoubleEviction(const Options& options) : SharedFront(options), table_(options.capacity) {}

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
    while (true) {
      auto victim = std::make_unique<Entry>();
      {
        const MutexLock lock(mutex_);
        while (!order_.empty() && !table_.contains_live(order_.front(), now_ns, removed)) order_.pop_front();
        if (order_.empty() || table_.size().weight + weight <= options_.capacity) {
          order_.emplace_back(key);
          return table_.put(key, value, weight, deadline_ns, now_ns, removed);
        }
        victim->key = order_.front();
      }
      open_window();
      const MutexLock lock(mutex_);
      RemovedEntries uncounted;
      table_.erase(victim->key, now_ns, uncounted);
      removed.add(std::move(victim), RemovalCause::evicted);
    }
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
  std::deque<std::string> order_ GUARDED_BY(mutex_);  // oldest first; some may be gone
};

const bool registered = register_broken<Cache, DoubleEviction>(
    {.name = "double_eviction",
     .number = 14,
     .bug = "who goes is chosen in one step and removed in the next, whether he is there or not",
     .rule = "every entry is removed once",
     .caught_by = "accounting",
     .guarantees = {.order = EvictionOrder::approximate}});

}  // namespace
}  // namespace contend::cache
