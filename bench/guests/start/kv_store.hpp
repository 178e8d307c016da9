#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

// A key/value store that passes: change it into yours, and judge it again after each step.
//
// Any number of threads call these at once. What you leave out is not asked; put_if_absent(key, value), size() and
// scan(prefix, limit) are asked as soon as they are there. With expiry, all three take the time in nanoseconds:
// get(key, now_ns), set(key, value, ttl_ns, now_ns), erase(key, now_ns). The whole interface, with versions, transactions and
// snapshots, is impls/kv_store/kv_store.hpp: a class that derives from contend::kv_store::Store is asked for all of it.
class StartingFile {
 public:
  // The value, or nothing. Keys and values are any bytes, and none.
  std::optional<std::string> get(std::string_view key) const {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }

  // Where memory runs out it throws, and nothing has changed: so the copies are made first.
  void set(std::string_view key, std::string_view value) {
    std::string own_key(key);
    std::string own_value(value);
    const std::lock_guard lock(mutex_);
    map_.insert_or_assign(std::move(own_key), std::move(own_value));
  }

  // Whether there was one.
  bool erase(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return false;
    map_.erase(found);
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> map_;
};
