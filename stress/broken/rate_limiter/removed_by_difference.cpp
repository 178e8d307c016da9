
#include "stress/broken/rate_limiter/forwarding_limiter.hpp"
#include "stress/round/window.hpp"

namespace contend::rate_limiter {
namespace {

// How many buckets a cleanup has dropped is worked out from the number of buckets before and after: one that is made in
// between hides one that was dropped, and what another cleanup drops is counted twice.
class RemovedByDifference final : public ForwardingLimiter {
 public:
  using ForwardingLimiter::ForwardingLimiter;

  CleanupAnswer cleanup(std::size_t budget, TimeNs now_ns) override {
    const std::size_t before = inner_->tracked();
    open_window();
    CleanupAnswer answer = inner_->cleanup(budget, now_ns);
    answer.removed = before - inner_->tracked();
    return answer;
  }
};

const bool registered =
    register_broken<RateLimiter, RemovedByDifference>({.name = "removed_by_difference",
                                                       .number = 62,
                                                       .bug = "what a cleanup has dropped is told from two counts",
                                                       .rule = "a cleanup counts what it has dropped itself",
                                                       .caught_by = "sweeps"});

}  // namespace
}  // namespace contend::rate_limiter
