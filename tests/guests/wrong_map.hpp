#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

// Every access holds the lock, and one caller at a time is answered right. But remove looks under one critical section and removes
// under another: two callers may both be told that they were the one.
class WrongMap {
 public:
  bool get(std::string_view key, std::string& value) const {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(std::string(key));
    if (found == map_.end()) return false;
    value = found->second;
    return true;
  }

  void put(std::string_view key, std::string_view value) {
    const std::lock_guard lock(mutex_);
    map_.insert_or_assign(std::string(key), std::string(value));
  }

  bool remove(std::string_view key) {
    std::string value;
    if (!get(key, value)) return false;
    const std::lock_guard lock(mutex_);
    map_.erase(std::string(key));
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> map_;
};
