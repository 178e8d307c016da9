// Decisions within what a limiter may be off by: nothing for the designs here, a microsecond or so for one that counts in doubles.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "stress/rate_limiter/model.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

// What is asked also of those who answer nothing but yes or no, and not to the nanosecond: each decision must be that of the model
// at some time within their tolerance. What they have allowed is charged to the model, so that errors do not add up.
class RateLimiterModelTest : public testing::TestWithParam<Implementation<RateLimiter>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterModelTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(RateLimiterModelTest, DecidesAsTheModelWithinItsTolerance) {
  constexpr DurationNs second_ns = 1'000'000'000;
  const std::vector<Quota> quotas{{Algorithm::token_bucket, 5, 5, second_ns},
                                  {Algorithm::token_bucket, 100, 30, second_ns},
                                  {Algorithm::token_bucket, 40, 0, second_ns}};
  const DurationNs tolerance_ns = GetParam().guarantees.tolerance_ns;
  const std::uint64_t seed = test_seed(1);
  std::mt19937_64 random(seed);
  for (const Quota& quota : quotas) {
    const auto limiter = GetParam().make({.quotas = {quota}, .expected_keys = 4});
    std::array<ModelBucket, 3> buckets{ModelBucket(quota), ModelBucket(quota), ModelBucket(quota)};
    TimeNs now_ns = 0;
    for (int i = 0; i < 10'000; ++i) {
      now_ns += static_cast<TimeNs>(random() % (random() % 50 == 0 ? 3'000'000'000 : 100'000'000));
      const std::size_t key = random() % buckets.size();
      const std::uint64_t cost = 1 + random() % (random() % 4 == 0 ? quota.capacity : 3);
      const Status status =
          limiter->acquire(std::string(1, "abc"[key]), static_cast<std::int64_t>(cost), now_ns).status;
      const std::string call = fmt::format("call {} seed {}: {} of {} units at {} ns is {}", i, seed, cost,
                                           quota.capacity, now_ns, to_string(status));
      if (status == Status::allowed) {
        ASSERT_LE(cost, buckets[key].available(now_ns + tolerance_ns)) << call;
        buckets[key].charge(cost, now_ns);
      } else {
        ASSERT_EQ(status, Status::limited) << call;
        ASSERT_GT(cost, buckets[key].available(now_ns - tolerance_ns)) << call;
      }
    }
  }
}

}  // namespace
}  // namespace contend::rate_limiter
