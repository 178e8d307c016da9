#include <memory>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/kv_store/packed/ordered_shards.hpp"
#include "impls/kv_store/transactions/frozen_snapshot.hpp"
#include "impls/kv_store/transactions/optimistic_transaction.hpp"

namespace contend::kv_store {
namespace {

// What a point operation costs is the cache lines it waits for, one after the other; here they are two, a bucket and an entry.
// It takes one spin lock and hashes once, and the order of keys is no business of it: who makes a key leaves it with its
// shard, and the next scan puts it in its place.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary =
            "up to 256 spin-locked tables of one-line buckets and one-piece entries; keys are put in order when a scan "
            "asks",
        .shared_state =
            "shards: tables, versions, deadlines, newcomers; the order of keys; one word a 64 shards: who has "
            "newcomers",
        .protected_by =
            "each shard's spin lock guards its entries; order_lock_ guards the order, and keeps what stands in it from "
            "being freed; order_lock_ is taken before shards, shards in ascending order",
        .claim_point = "put_if_absent: the insertion under the shard's spin lock",
        .ordering =
            "operations on one shard are ordered by its lock; a scan holds the shards of its answers at an instant at "
            "which no shard has keys that the order lacks",
        .progress =
            "blocking: a stalled lock holder delays its shard, and scans; a scan that is disturbed four times stops "
            "all",
        .complexity =
            "point operations O(1) expected; scan O(log n + limit), and O(log n) for each key that has come since the "
            "last; snapshot O(n); size, and commits with scans, all shards",
        .memory =
            "36 bytes, the key and the value in one piece, a slot of 10 to 16; 8 to 16 for each key once there are "
            "scans; a "
            "snapshot copies all entries",
        .source = "F14 (Bronson and Shi, 2019) for buckets that count what passed them by; lock striping (Lea 2004)",
    }
        .within(optimistic_contract);

class TaggedBucketsStore final : public Store {
 public:
  explicit TaggedBucketsStore(const Store::Options& options) : shards_(expected_entries(options)) {}

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    return shards_.get(key, now_ns, value);
  }
  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    return shards_.change(
        key, [&](EntryShard& shard, std::uint64_t hash) { return shard.set(key, hash, value, ttl_ns, now_ns); });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    return shards_.change(key, [&](EntryShard& shard, std::uint64_t hash) {
      return shard.put_if_absent(key, hash, value, ttl_ns, now_ns);
    });
  }
  Answer compare_and_set(std::string_view key, Version expected, std::string_view value, DurationNs ttl_ns,
                         TimeNs now_ns, std::string& current) override {
    if (const Status bad = check_input(key, value, ttl_ns); bad != Status::ok) return {bad};
    return shards_.change(key, [&](EntryShard& shard, std::uint64_t hash) {
      return shard.compare_and_set(key, hash, expected, value, ttl_ns, now_ns, current);
    });
  }
  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status bad = check_input(key); bad != Status::ok) return {bad};
    return shards_.change(key, [&](EntryShard& shard, std::uint64_t hash) { return shard.erase(key, hash, now_ns); });
  }
  void scan(std::string_view prefix, std::size_t limit, TimeNs now_ns, std::vector<Entry>& entries) override {
    entries.clear();
    if (limit == 0 || check_input(prefix) != Status::ok) return;
    shards_.scan(prefix, limit, now_ns, entries);
  }
  std::unique_ptr<Transaction> begin(TimeNs now_ns) override {
    return std::make_unique<OptimisticTransaction>(*this, now_ns, [this](const CommitRequest& request) {
      if (!request.scans.empty()) {
        OrderedShards::Held all(shards_);
        return commit_alone(request, all);
      }
      ShardSet needed;
      for (const auto& [key, version] : request.reads) needed.add(shards_.number_of(key));
      for (const auto& [key, write] : request.writes) needed.add(shards_.number_of(key));
      OrderedShards::Held held(shards_, needed);
      return commit_alone(request, held);
    });
  }
  std::unique_ptr<Snapshot> snapshot(TimeNs now_ns) override {
    std::vector<Entry> entries;
    {
      const OrderedShards::Held all(shards_);
      all.walk({}, now_ns, [&](const OrderedShards::Held::Live& live) {
        entries.push_back({std::string(live.key), std::string(live.value), live.version});
        return true;
      });
    }
    return std::make_unique<FrozenSnapshot>(std::move(entries));
  }
  ExpireAnswer expire(std::size_t budget, TimeNs now_ns) override { return shards_.expire(budget, now_ns); }
  Size size(TimeNs now_ns) override { return OrderedShards::Held(shards_, shards_.all()).size(now_ns); }

 private:
  OrderedShards shards_;
};

const bool registered = register_implementation<Store, TaggedBucketsStore>("tagged_buckets", contract);

}  // namespace
}  // namespace contend::kv_store
