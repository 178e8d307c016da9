// What a limiter holds in memory, in bytes: a bucket that is not full, and nothing else.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
constexpr TimeNs second_ns = 1'000'000'000;
constexpr std::size_t nothing = 4 << 10;

class RateLimiterGrowthTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  // A small quota and a large one: of the large one a design may hold something back.
  static std::unique_ptr<RateLimiter> make(std::uint64_t capacity, Algorithm algorithm = Algorithm::token_bucket) {
    return GetParam().make({.quotas = {{algorithm, capacity, capacity, second_ns}}, .expected_keys = 16});
  }
  template <class Call>
  static std::size_t growth(int calls, Call call) {
    const std::size_t before = allocated_bytes();
    for (int i = 0; i < calls; ++i) call(fmt::format("a key of thirty-two bytes {:06}", i));
    const std::size_t after = allocated_bytes();
    return after > before ? after - before : 0;
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterGrowthTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(RateLimiterGrowthTest, WhatGoesLeavesNothing) {
  const std::size_t before = allocated_bytes();
  auto limiter = make(10);
  for (int i = 0; i < 20'000; ++i) limiter->acquire(fmt::format("a key of thirty-two bytes {:06}", i), 1, 0);
  limiter.reset();
  EXPECT_LT(allocated_bytes(), before + (256U << 10)) << "bytes that are held after the limiter is gone";
}

TEST_P(RateLimiterGrowthTest, ProbesAndErrorsAddNothing) {
  CONTEND_NEEDS(Part::cleanup);
  for (const std::uint64_t capacity : {std::uint64_t{10}, std::uint64_t{6400}}) {
    const auto limiter = make(capacity);
    limiter->acquire("the first", 0, 0);
    EXPECT_LT(growth(20'000, [&](const std::string& key) { limiter->acquire(key, 0, 0); }), nothing);
    EXPECT_LT(growth(20'000, [&](const std::string& key) { limiter->acquire(key, -1, 0); }), nothing);
    EXPECT_LT(growth(20'000, [&](const std::string& key) { limiter->acquire(key, 7000, 0); }), nothing);
    EXPECT_EQ(limiter->tracked(), 0U);
  }
}

TEST_P(RateLimiterGrowthTest, RefusalsAddNothing) {
  CONTEND_NEEDS(Part::cleanup, Part::dimensions);
  for (const std::uint64_t capacity : {std::uint64_t{10}, std::uint64_t{6400}}) {
    const auto limiter = make(capacity);
    limiter->acquire("spent", static_cast<std::int64_t>(capacity), 0);
    EXPECT_LT(growth(20'000, [&](const std::string&) { limiter->acquire("spent", 1, 0); }), nothing);
    const auto together = [&](const std::string& key) {
      const std::vector<Charge> charges{{0, "spent", 1}, {0, key, 1}};
      limiter->acquire_all(charges, 0);
    };
    EXPECT_LT(growth(20'000, together), nothing);
    EXPECT_EQ(limiter->tracked(), 1U);
  }
}

TEST_P(RateLimiterGrowthTest, ABucketTakesAFewHundredBytesAndGoesWithACleanup) {
  CONTEND_NEEDS(Part::cleanup);
  for (const std::uint64_t capacity : {std::uint64_t{10}, std::uint64_t{6400}}) {
    constexpr int keys = 20'000;
    const auto limiter = make(capacity);
    const std::size_t before = allocated_bytes();
    const std::size_t bytes = growth(keys, [&](const std::string& key) { limiter->acquire(key, 1, 0); });
    EXPECT_LT(bytes / keys, 320U);
    EXPECT_EQ(limiter->tracked(), static_cast<std::size_t>(keys));
    EXPECT_EQ(limiter->cleanup(everything, 2 * second_ns).removed, static_cast<std::size_t>(keys));
    const std::size_t after = allocated_bytes();
    EXPECT_LT(after, before + keys * 40) << "the array of chains may stay, or have room for what is swept";
  }
}

// Keys that come once and never again, with a cleanup now and then.
TEST_P(RateLimiterGrowthTest, ChurnStaysWithinWhatIsAliveAtOnce) {
  CONTEND_NEEDS(Part::cleanup);
  for (const std::uint64_t capacity : {std::uint64_t{10}, std::uint64_t{6400}}) {
    const auto limiter = make(capacity);
    std::size_t after_ten = 0;
    for (int generation = 0; generation < 40; ++generation) {
      const TimeNs now_ns = generation * 2 * second_ns;
      for (int i = 0; i < 1000; ++i) {
        limiter->acquire(fmt::format("a key of generation {:03}, number {:04}", generation, i), 1, now_ns);
      }
      limiter->cleanup(everything, now_ns + second_ns);
      if (generation == 10) after_ten = allocated_bytes();
    }
    EXPECT_EQ(limiter->tracked(), 0U);
    EXPECT_LT(allocated_bytes(), after_ten + nothing);
  }
}

// Nothing that has left its window is remembered, also by the sliding log.
TEST_P(RateLimiterGrowthTest, ABucketDoesNotGrowWithItsCharges) {
  for (std::size_t i = 0; i < limit_algorithms; ++i) {
    if (!GetParam().guarantees.supports[i]) continue;
    const auto limiter = make(100, static_cast<Algorithm>(i));
    for (int call = 0; call < 200; ++call) limiter->acquire("k", 1, call * second_ns / 100);
    const std::size_t before = allocated_bytes();
    for (int call = 200; call < 20'000; ++call) limiter->acquire("k", 1, call * second_ns / 100);
    EXPECT_LT(allocated_bytes(), before + nothing) << to_string(static_cast<Algorithm>(i));
  }
}

}  // namespace
}  // namespace contend::rate_limiter
