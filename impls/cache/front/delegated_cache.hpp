#pragma once

#include "impls/cache/front/shared_front.hpp"
#include "impls/cache/policies/eviction_policies.hpp"
#include "impls/cache/table/table.hpp"
#include "impls/sync/delegation/delegated.hpp"

namespace contend::cache {

// Where the executor may have another thread do the work.
inline constexpr Contract handed_over_contract =
    Contract{
        .complexity = "get, put, erase O(1) expected and one hand-over; O(log n) for an entry with a deadline",
        .memory = "a node with two strings an entry, and a bucket; freed by the callers",
    }
        .within(front_contract);

// An exact LRU table that only an executor touches, one call at a time (impls/sync/delegation/delegated.hpp).
template <class Executor>
class DelegatedCache final : public SharedFront {
 public:
  explicit DelegatedCache(const Options& options) : SharedFront(options), table_(options.capacity) {}

  Size size() override {
    return table_.call([](auto& table) { return table.size(); });
  }
  std::uint64_t largest_weight() const override { return options_.capacity; }

 private:
  bool get_entry(std::string_view key, TimeNs now_ns, std::string& value, RemovedEntries& removed) override {
    return table_.call([&](auto& table) { return table.get(key, now_ns, value, removed); });
  }
  Status put_entry(std::string_view key, std::string_view value, std::uint64_t weight, TimeNs deadline_ns,
                   TimeNs now_ns, RemovedEntries& removed) override {
    return table_.call([&](auto& table) { return table.put(key, value, weight, deadline_ns, now_ns, removed); });
  }
  bool erase_entry(std::string_view key, TimeNs now_ns, RemovedEntries& removed) override {
    return table_.call([&](auto& table) { return table.erase(key, now_ns, removed); });
  }
  CleanupAnswer cleanup_entries(std::size_t budget, TimeNs now_ns, RemovedEntries& removed) override {
    return table_.call([&](auto& table) { return table.cleanup(budget, now_ns, removed); });
  }

  Delegated<Table<LruPolicy>, Executor> table_;
};

}  // namespace contend::cache
