#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

// A map as many a service has one: a few unordered maps, each with its lock.
class MyMap {
 public:
  std::optional<std::string> get(const std::string& key) const {
    const Shard& shard = shard_of(key);
    std::shared_lock lock(shard.mutex);
    auto found = shard.map.find(key);
    if (found == shard.map.end()) return std::nullopt;
    return found->second;
  }

  void set(const std::string& key, std::string value) {
    Shard& shard = shard_of(key);
    std::unique_lock lock(shard.mutex);
    shard.map.insert_or_assign(key, std::move(value));
  }

  bool erase(const std::string& key) {
    Shard& shard = shard_of(key);
    std::unique_lock lock(shard.mutex);
    return shard.map.erase(key) == 1;
  }

 private:
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string, std::string> map;
  };

  const Shard& shard_of(const std::string& key) const {
    return shards_[std::hash<std::string>()(key) % shards_.size()];
  }
  Shard& shard_of(const std::string& key) { return shards_[std::hash<std::string>()(key) % shards_.size()]; }

  std::array<Shard, 16> shards_;
};
