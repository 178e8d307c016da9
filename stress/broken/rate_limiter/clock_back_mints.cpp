#include <algorithm>
#include <mutex>

#include "stress/broken/rate_limiter/counted_bucket.hpp"

namespace contend::rate_limiter {
namespace {

// A caller with an earlier time sets the clock of the bucket back, and the time after it gives its units again.
class ClockSetBack {
 public:
  explicit ClockSetBack(const Quota& quota) : quota_(quota), units_(static_cast<std::int64_t>(quota.capacity)) {}

  bool take(std::int64_t cost, TimeNs now_ns) {
    const std::scoped_lock lock(mutex_);
    const std::int64_t back = std::max<std::int64_t>(0, (now_ns - refilled_at_ns_) / quota_.period_ns);
    units_ = std::min(units_ + back, static_cast<std::int64_t>(quota_.capacity));
    refilled_at_ns_ = now_ns;
    if (units_ < cost) return false;
    units_ -= cost;
    return true;
  }
  std::int64_t units() {
    const std::scoped_lock lock(mutex_);
    return units_;
  }

 private:
  const Quota quota_;
  std::mutex mutex_;
  std::int64_t units_;
  TimeNs refilled_at_ns_ = 0;
};

const bool registered =
    register_broken<RateLimiter, CountedBucket<ClockSetBack>>({.name = "clock_back_mints",
                                                               .number = 22,
                                                               .bug = "an earlier time moves the bucket's clock back",
                                                               .rule = "time that goes backwards mints nothing",
                                                               .caught_by = "quota"});

}  // namespace
}  // namespace contend::rate_limiter
