// Every broken limiter is caught by the attack that its registration names.

#include <gtest/gtest.h>

#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/broken.hpp"

namespace contend::rate_limiter {
namespace {

class BrokenRateLimiterTest : public testing::TestWithParam<BrokenImplementation<RateLimiter>> {};
TEST_P(BrokenRateLimiterTest, IsCaught) {
  expect_caught(GetParam());
}
INSTANTIATE_TEST_SUITE_P(Broken, BrokenRateLimiterTest, testing::ValuesIn(broken_implementations<RateLimiter>()),
                         broken_name<RateLimiter>);

TEST(RateLimiterRegistryTest, HasReferenceAndAtLeastFiveMoreDesignsAndFiveBrokenOnes) {
  expect_registered<RateLimiter>(6, 5);
}

}  // namespace
}  // namespace contend::rate_limiter
