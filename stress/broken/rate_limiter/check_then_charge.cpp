#include <algorithm>
#include <atomic>

#include "stress/broken/rate_limiter/counted_bucket.hpp"
#include "stress/round/window.hpp"

namespace contend::rate_limiter {
namespace {

// Whether there is enough is one atomic, the subtraction the next: several callers pass the test for one unit.
class CheckedThenCharged {
 public:
  explicit CheckedThenCharged(const Quota& quota) : quota_(quota) {}

  bool take(std::int64_t cost, TimeNs now_ns) {
    TimeNs latest_ns = latest_ns_;
    while (latest_ns < now_ns && !latest_ns_.compare_exchange_weak(latest_ns, now_ns)) {
    }
    if (units() < cost) return false;
    open_window();
    taken_ += cost;
    return true;
  }
  std::int64_t units() const {
    return static_cast<std::int64_t>(quota_.capacity) + latest_ns_ / quota_.period_ns - taken_;
  }

 private:
  const Quota quota_;
  std::atomic<TimeNs> latest_ns_{0};
  std::atomic<std::int64_t> taken_{0};
};

const bool registered = register_broken<RateLimiter, CountedBucket<CheckedThenCharged>>(
    {.name = "check_then_charge",
     .number = 23,
     .bug = "the test and the subtraction are two atomics",
     .rule = "check-then-act is one operation",
     .caught_by = "quota"});

}  // namespace
}  // namespace contend::rate_limiter
