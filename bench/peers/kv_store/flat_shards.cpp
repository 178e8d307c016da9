#include <boost/unordered/unordered_flat_map.hpp>
#include <string>

#include "bench/peers/kv_store/sharded_store.hpp"
#include "impls/base/registry.hpp"
#include "impls/sync/spin_lock.hpp"

namespace contend::kv_store::peers {
namespace {

using FlatShards = ShardedStore<boost::unordered_flat_map<std::string, Value, KeyHash, KeyEqual>, SpinLock, 256>;

constexpr Contract contract =
    Contract{
        .technique = "hand_written",
        .summary = "256 spin locks, each over a flat map of Boost: what is written when the first one is too slow",
        .memory = "a slot with two strings per entry, at most seven eighths of them taken, and what the strings keep",
    }
        .within(sharded_contract);

const bool registered = register_peer<Store, FlatShards>("flat_shards", contract, points_only());

}  // namespace
}  // namespace contend::kv_store::peers
