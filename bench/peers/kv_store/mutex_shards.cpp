#include <string>
#include <unordered_map>

#include "bench/peers/kv_store/sharded_store.hpp"
#include "bench/peers/plain_mutex.hpp"
#include "impls/base/registry.hpp"

namespace contend::kv_store::peers {
namespace {

using MutexShards = ShardedStore<std::unordered_map<std::string, Value, KeyHash, KeyEqual>, PlainMutex, 64>;

constexpr Contract contract =
    Contract{
        .technique = "hand_written",
        .summary = "64 std::mutex, each over a std::unordered_map: what is written first",
        .memory = "a node with two strings per entry, and a bucket",
    }
        .within(sharded_contract);

const bool registered = register_peer<Store, MutexShards>("mutex_shards", contract, points_only());

}  // namespace
}  // namespace contend::kv_store::peers
