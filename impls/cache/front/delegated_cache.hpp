#pragma once

#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"

namespace contend::cache {

// An exact LRU table on which only an executor works: callers hand it their work and wait. `Executor::call(work)` runs
// one work at a time and returns its result.
template <class Executor>
class DelegatedCache final : public SharedFront {
 public:
  explicit DelegatedCache(const Options& options) : SharedFront(options), table_(options.capacity) {}

  Size size() override {
    return executor_.call([&] { return table_.size(); });
  }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    return executor_.call([&] { return table_.get(key, now_ns, value, removed); });
  }
  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    return executor_.call([&] { return table_.put(key, value, weight, deadline_ns, now_ns, removed); });
  }
  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    return executor_.call([&] { return table_.erase(key, now_ns, removed); });
  }
  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    return executor_.call([&] { return table_.cleanup(budget, now_ns, removed); });
  }

  Table<LruPolicy> table_;  // touched by the executor alone
  Executor executor_;       // last: it stops before the table goes
};

}  // namespace contend::cache
