#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "bench/peers/kv_store/point_store.hpp"
#include "bench/peers/plain_mutex.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend::kv_store::peers {

// `count` tables, each under a lock of its own. `Map` is a map of std::string to Value that finds a HashedKey.
template <class Map, class Lock, std::size_t count>
class ShardedStore final : public PointStore {
 public:
  explicit ShardedStore(const Options& options) {
    const std::size_t each = expected_entries(options) / count;
    for (Shard& shard : shards_) {
      const LockGuard<Lock> guard(shard.lock);
      shard.map.reserve(each);
    }
  }

  Answer get(std::string_view key, TimeNs now_ns, std::string& value) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(count)];
    const LockGuard<Lock> guard(shard.lock);
    const auto found = shard.find(wanted, now_ns);
    if (found == shard.map.end()) return {Status::absent};
    value.assign(found->second.bytes);
    return {};
  }

  Answer set(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, [](const Value&) { return true; });
  }
  Answer put_if_absent(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns) override {
    return write(key, value, ttl_ns, now_ns, [now_ns](const Value& old) { return !is_alive(old.deadline_ns, now_ns); });
  }

  Answer erase(std::string_view key, TimeNs now_ns) override {
    if (const Status status = check_input(key); status != Status::ok) return {status};
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(count)];
    const LockGuard<Lock> guard(shard.lock);
    const auto found = shard.find(wanted, now_ns);
    if (found == shard.map.end()) return {Status::absent};
    shard.map.erase(found);
    return {};
  }

 private:
  template <class MayReplace>
  Answer write(std::string_view key, std::string_view value, DurationNs ttl_ns, TimeNs now_ns, MayReplace may_replace) {
    if (const Status status = check_input(key, value, ttl_ns); status != Status::ok) return {status};
    const HashedKey wanted(key);
    Shard& shard = shards_[wanted.shard(count)];
    const LockGuard<Lock> guard(shard.lock);
    const auto found = shard.map.find(wanted);
    if (found == shard.map.end()) {
      shard.map.emplace(std::string(key), Value{std::string(value), deadline_after(now_ns, ttl_ns)});
    } else if (may_replace(found->second)) {
      found->second.set(value, deadline_after(now_ns, ttl_ns));
    } else {
      return {Status::exists};
    }
    return {};
  }

  struct alignas(cache_line_bytes) Shard {
    // What has expired goes when it is met.
    auto find(const HashedKey& key, TimeNs now_ns) REQUIRES(lock) {
      const auto found = map.find(key);
      if (found == map.end() || is_alive(found->second.deadline_ns, now_ns)) return found;
      map.erase(found);
      return map.end();
    }

    Lock lock;
    Map map GUARDED_BY(lock);
  };

  std::array<Shard, count> shards_;
};

}  // namespace contend::kv_store::peers
