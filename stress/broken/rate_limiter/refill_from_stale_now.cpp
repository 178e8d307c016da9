#include <algorithm>
#include <atomic>

#include "stress/broken/rate_limiter/counted_bucket.hpp"
#include "stress/round/window.hpp"

namespace contend::rate_limiter {
namespace {

// What has come back since the last refill is worked out first and added in a second step: two callers add it for the
// same interval.
class StaleRefill {
 public:
  explicit StaleRefill(const Quota& quota) : quota_(quota), units_(static_cast<std::int64_t>(quota.capacity)) {}

  bool take(std::int64_t cost, TimeNs now_ns) {
    const TimeNs since_ns = refilled_at_ns_;
    const std::int64_t back = (now_ns - since_ns) / quota_.period_ns;
    if (back > 0) {
      open_window();
      units_ += std::min(back, static_cast<std::int64_t>(quota_.capacity) - units_);
      refilled_at_ns_ = since_ns + back * quota_.period_ns;
    }
    if (units_.fetch_sub(cost) >= cost) return true;
    units_ += cost;
    return false;
  }
  std::int64_t units() const { return units_; }

 private:
  const Quota quota_;
  std::atomic<std::int64_t> units_;
  std::atomic<TimeNs> refilled_at_ns_{0};
};

const bool registered =
    register_broken<RateLimiter, CountedBucket<StaleRefill>>({.name = "refill_from_stale_now",
                                                              .number = 21,
                                                              .bug = "two callers refill for the same interval",
                                                              .rule = "time gives each unit once",
                                                              .caught_by = "quota"});

}  // namespace
}  // namespace contend::rate_limiter
