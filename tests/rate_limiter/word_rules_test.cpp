// The arithmetic of one word against that of all buckets: the same answers, to the unit and to the nanosecond.

#include "impls/rate_limiter/buckets/word_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

class QuotaSource {
 public:
  explicit QuotaSource(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  // Up to `bits` bits, small ones as often as large ones.
  std::uint64_t of_any_size(unsigned bits) { return random_() >> (64 - bits + below(bits)); }

  // A unit comes back in whole nanoseconds or in halves, by every way to say so.
  Quota draw() {
    Quota quota;
    const std::uint64_t halves = 1 + of_any_size(40);
    quota.refill = std::uint64_t{2} << below(20);
    quota.period_ns = static_cast<DurationNs>(halves * (quota.refill / 2));
    const std::uint64_t most = 2 * static_cast<std::uint64_t>(max_limiter_time_ns) / halves;
    quota.capacity = std::clamp<std::uint64_t>(of_any_size(32), 1, std::min(most, max_quota_units));
    return quota;
  }

 private:
  std::mt19937_64 random_;
};

TEST(WordRulesTest, AWordSaysWhatABucketDoes) {
  const std::uint64_t seed = test_seed(23);
  QuotaSource source(seed);
  std::uint64_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Quota quota = source.draw();
    const QuotaRules rules(quota);
    const WordRules words(quota);
    ASSERT_TRUE(words.fit()) << "CONTEND_SEED=" << seed;
    Bucket bucket;
    std::uint64_t state = WordRules::full;
    const bool at_the_end = source.below(10) == 0;
    TimeNs now_ns =
        at_the_end ? max_limiter_time_ns : -max_limiter_time_ns + static_cast<TimeNs>(source.of_any_size(61));
    for (int call = 0; call < 10; ++call) {
      const std::uint64_t cost = std::min(source.of_any_size(32), quota.capacity);
      const WordRules::View view = words.view(state, now_ns);
      const std::uint64_t available = rules.available(bucket, now_ns);
      ASSERT_EQ(words.available(view), available) << "CONTEND_SEED=" << seed << " round " << round;
      ASSERT_EQ(words.enough(view, cost), cost <= available);
      ASSERT_EQ(words.is_full(state, now_ns), rules.is_full(bucket, now_ns));
      if (cost > available) {
        ASSERT_EQ(words.wait_for(view, cost), rules.wait_for(bucket, cost, now_ns));
        ++refused;
      } else if (cost > 0) {
        ASSERT_EQ(words.left(view, cost), available - cost);
        state = words.charged(view, cost);
        ASSERT_LE(state, WordRules::greatest);
        rules.take(bucket, cost, now_ns);
      }
      const auto step_ns = static_cast<TimeNs>(source.of_any_size(50));
      now_ns = clamp_time(source.below(4) == 0 ? now_ns - step_ns : now_ns + step_ns);
    }
  }
  EXPECT_GT(refused, 1000U);
}

TEST(WordRulesTest, WhatNoWordHoldsIsSaidSo) {
  constexpr DurationNs second_ns = 1'000'000'000;
  EXPECT_TRUE(WordRules({Algorithm::token_bucket, 10, 1000, second_ns}).fit());
  EXPECT_TRUE(WordRules({Algorithm::token_bucket, 10, 2'000'000'000, second_ns}).fit());
  EXPECT_FALSE(WordRules({Algorithm::token_bucket, 10, 3, second_ns}).fit());
  EXPECT_FALSE(WordRules({Algorithm::token_bucket, 10, 4'000'000'000, second_ns}).fit());
  EXPECT_FALSE(WordRules({Algorithm::token_bucket, 10, 0, second_ns}).fit());
  EXPECT_FALSE(WordRules({Algorithm::fixed_window, 10, 10, second_ns}).fit());
}

}  // namespace
}  // namespace contend::rate_limiter
