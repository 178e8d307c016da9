// Keys chosen so that a known hash puts them all into one chain cost what other keys do.

#include "tests/support/hostile_keys.hpp"

#include <gtest/gtest.h>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

class HostileKeysTest : public testing::TestWithParam<Implementation<RateLimiter>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileKeysTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(HostileKeysTest, CostWhatOthersDo) {
  expect_hostile_keys_cost_what_others_do(4'000, [](const std::vector<std::string>& keys) {
    const auto limiter =
        GetParam().make({.quotas = {{Algorithm::token_bucket, 2, 2, 1'000'000'000}}, .expected_keys = 4'000});
    for (int round = 0; round < 2; ++round) {
      for (const std::string& key : keys) ASSERT_EQ(limiter->acquire(key, 1, 0).status, Status::allowed);
    }
  });
}

}  // namespace
}  // namespace contend::rate_limiter
