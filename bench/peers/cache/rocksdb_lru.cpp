#include <rocksdb/cache.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/peers/cache/plain_cache.hpp"
#include "impls/base/contract.hpp"
#include "impls/base/registry.hpp"

namespace contend::cache::peers {
namespace {

class RocksdbLru final : public PlainCache {
 public:
  explicit RocksdbLru(const Options& options) {
    if (options.capacity == 0) throw std::invalid_argument("capacity: 0; allowed is 1 or more");
    rocksdb::LRUCacheOptions settings;
    settings.capacity = options.capacity;
    settings.num_shard_bits = options.capacity < sharded_capacity ? 0 : 6;
    settings.metadata_charge_policy = rocksdb::kDontChargeCacheMetadata;  // all entries weigh 1
    cache_ = rocksdb::NewLRUCache(settings);
  }

  Status get(std::string_view key, TimeNs, std::string& value) override {
    if (key.size() > max_cache_key_bytes) return Status::invalid_key;
    const auto release = [this](rocksdb::Cache::Handle* handle) { cache_->Release(handle); };
    const std::unique_ptr<rocksdb::Cache::Handle, decltype(release)> found(cache_->Lookup(slice(key)), release);
    if (found == nullptr) return Status::miss;
    value.assign(*static_cast<const std::string*>(cache_->Value(found.get())));
    return Status::hit;
  }

  Status put(std::string_view key, std::string_view value, std::uint64_t, DurationNs ttl_ns, TimeNs) override {
    if (const Status wrong = check_input(key, value, ttl_ns); wrong != Status::stored) return wrong;
    auto kept = std::make_unique<std::string>(value);
    const auto drop = [](const rocksdb::Slice&, void* entry) { delete static_cast<std::string*>(entry); };
    cache_->Insert(slice(key), kept.release(), 1, drop)
        .PermitUncheckedError();  // without the strict limit it cannot fail
    return Status::stored;
  }

  Status erase(std::string_view, TimeNs) override { not_offered(); }

 private:
  static rocksdb::Slice slice(std::string_view key) { return {key.data(), key.size()}; }

  std::shared_ptr<rocksdb::Cache> cache_;
};

constexpr Contract contract =
    Contract{
        .technique = "library",
        .summary =
            "LRUCache of RocksDB: 64 shards, each a mutex over a chained table and a list by latest use, half of it "
            "for what was hit",
        .shared_state = "the library's shards, and entries that readers have taken a reference to",
        .protected_by = "the library's mutex of a shard; values are read under a reference, without it",
        .claim_point = "put: the insertion under the shard's mutex",
        .ordering = "operations on a key are ordered by the mutex of its shard",
        .progress = "blocking: a stalled lock holder delays whoever wants a key of its shard",
        .failure = "a put without memory is not stored",
        .complexity = "O(1) expected, amortised over evictions",
        .memory = "the library's handle with the key, a string and its bytes per entry",
        .source = "RocksDB (Meta, since 2012), of LevelDB's cache (Google, 2011)",
    }
        .within(without_threads);

const bool registered = register_peer<Cache, RocksdbLru>(
    "rocksdb_lru", contract, plain_guarantees({Part::expiry, Part::erase, Part::answers_of_put, Part::replacing}));

}  // namespace
}  // namespace contend::cache::peers
