#include "bench/peers/abseil.hpp"

#include <string>

#include "bench/peers/kv_store/sharded_store.hpp"
#include "impls/base/registry.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::kv_store::peers {
namespace {

using FlatHashShards = ShardedStore<absl::flat_hash_map<std::string, Value, KeyHash, KeyEqual>, SpinLock, 256>;

constexpr Contract contract =
    Contract{
        .technique = "library",
        .summary = "256 spin locks, each over a flat_hash_map of Abseil",
        .memory = "a slot with two strings per entry, at most seven eighths of them taken, and what the strings keep",
        .source = "Abseil's Swiss tables (Benzaquen, Evlogimenos, Kulukundis, Perepelitsa; Google, 2017)",
    }
        .within(sharded_contract);

const bool registered = register_peer<Store, FlatHashShards>("flat_hash_shards", contract, points_only());

}  // namespace
}  // namespace contend::kv_store::peers
