#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

// A token bucket for each key as it is found in many a service: tokens and seconds are doubles.
class LimiterInDoubles {
 public:
  static constexpr long tolerance_ns = 2000;

  LimiterInDoubles(double capacity, double tokens_per_second) : capacity_(capacity), rate_(tokens_per_second) {}

  bool allow(const std::string& key, double tokens, double now_seconds) {
    const std::lock_guard lock(mutex_);
    Bucket& bucket = buckets_.try_emplace(key, Bucket{capacity_, now_seconds}).first->second;
    const double elapsed = std::max(0.0, now_seconds - bucket.updated);
    bucket.tokens = std::min(capacity_, bucket.tokens + elapsed * rate_);
    bucket.updated = std::max(bucket.updated, now_seconds);
    if (bucket.tokens < tokens) return false;
    bucket.tokens -= tokens;
    return true;
  }

 private:
  struct Bucket {
    double tokens;
    double updated;
  };

  const double capacity_;
  const double rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};
