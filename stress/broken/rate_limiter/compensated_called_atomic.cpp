#include "stress/broken/rate_limiter/forwarding_limiter.hpp"

namespace contend::rate_limiter {
namespace {

// The lock-free design charges dimension by dimension and gives back when one refuses. That is what it says of itself;
// here it claims that such a request is one instant, and meanwhile others are refused by a charge that comes to
// nothing.
const bool registered = register_broken<RateLimiter>(
    {.name = "compensated_called_atomic",
     .number = 25,
     .bug = "gives back after a charge that others have seen",
     .rule = "several dimensions are one instant",
     .caught_by = "dimensions",
     .guarantees = {.atomic_dimensions = true, .stranded_part = 0, .supports = {true, true, false, true}},
     .make = [](const RateLimiter::Options& options) {
       return Registry<RateLimiter>::instance().find("compare_and_swap")->make(options);
     }});

}  // namespace
}  // namespace contend::rate_limiter
