#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

// A rate limiter that passes: change it into yours, and judge it again after each step.
//
// Any number of threads call allow at once, and their clocks differ: time that goes back must not give anybody more. A time in whole
// nanoseconds, and a constructor of (capacity, refill, period_ns), are taken as well. The whole interface, with waits, several
// dimensions and cleanup, is impls/rate_limiter/rate_limiter.hpp: a class that derives from contend::rate_limiter::RateLimiter is
// asked for all of it.
class StartingFile {
 public:
  // By how much a decision may come too early or too late: doubles are not exact.
  static constexpr long tolerance_ns = 2000;

  StartingFile(double capacity, double tokens_per_second) : capacity_(capacity), rate_(tokens_per_second) {}

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
