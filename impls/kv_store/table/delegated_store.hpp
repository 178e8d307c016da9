#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/kv_store/kv_store.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"
#include "impls/sync/delegation/delegated.hpp"

namespace contend::kv_store {

// A table that only an executor touches, one call at a time (impls/sync/delegation/delegated.hpp).
template <class StoreTable, class Executor>
class DelegatedStore final : public Store {
 public:
  explicit DelegatedStore(const Options& options) : table_(expected_entries(options)) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    return table_.call([&](auto& table) { return table.get(key, now_ns, value); });
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return table_.call([&](auto& table) { return table.set(key, value, ttl_ns, now_ns); });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return table_.call([&](auto& table) { return table.put_if_absent(key, value, ttl_ns, now_ns); });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    return table_.call(
        [&](auto& table) { return table.compare_and_set(key, expected, value, ttl_ns, now_ns, current); });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    return table_.call([&](auto& table) { return table.erase(key, now_ns); });
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    table_.call([&](auto& table) { table.scan(prefix, limit, now_ns, entries); });
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      return table_.call([&](auto& table) { return commit_alone(request, table); });
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    std::vector<Entry> entries;
    table_.call([&](auto& table) { table.copy_live(now_ns, entries); });
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override {
    return table_.call([&](auto& table) { return table.expire(budget, now_ns); });
  }
  Size size(TimeNs now_ns) override {
    return table_.call([&](auto& table) { return table.size(now_ns); });
  }

 private:
  Delegated<StoreTable, Executor> table_;
};

}  // namespace contend::kv_store
