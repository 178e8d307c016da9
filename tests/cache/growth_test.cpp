// How much memory and how much work a cache takes, where that must not grow with what is gone.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <memory>
#include <string>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t mebibyte = 1024 * kibibyte;
constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

std::string key(int number) {
  return fmt::format("key {:06}", number);
}

class CacheGrowthTest : public testing::TestWithParam<Implementation<Cache>> {
 protected:
  void make(std::uint64_t capacity) {
    cache_ = GetParam().make({.capacity = capacity, .on_removal = nullptr});
    empty_ = allocated_bytes();
  }
  // What has come since the cache was made, in bytes.
  std::size_t grown() const {
    const std::size_t now = allocated_bytes();
    return now > empty_ ? now - empty_ : 0;
  }

  std::unique_ptr<Cache> cache_;
  std::size_t empty_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheGrowthTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheGrowthTest, ReplacedValuesGo) {
  make(1000);
  const std::string value(128 * kibibyte, 'v');
  const auto put_all = [&](std::string_view bytes) {
    for (int i = 0; i < 64; ++i) cache_->put(key(i), bytes, 1, forever, 0);
  };
  put_all(value);
  const std::size_t once = grown();
  for (int round = 0; round < 10; ++round) put_all(value);
  EXPECT_LT(grown(), once + mebibyte / 2);
  put_all("v");
  EXPECT_LT(grown(), mebibyte / 2);
}

// Nor is room kept for entries that take none.
TEST_P(CacheGrowthTest, PutsOfWhatWeighsNothingLeaveNothing) {
  CONTEND_NEEDS(Part::weights);
  make(1000);
  for (int i = 0; i < 100'000; ++i) cache_->put(key(i % 10), "v", 0, forever, 0);
  EXPECT_LT(grown(), mebibyte / 4);
}

TEST_P(CacheGrowthTest, WhatGoesLeavesNothing) {
  const std::size_t before = allocated_bytes();
  make(50);
  const std::string value(128 * kibibyte, 'v');
  for (int i = 0; i < 200; ++i) cache_->put(key(i % 100), value, 1, forever, 0);
  cache_.reset();
  EXPECT_LT(allocated_bytes(), before + mebibyte / 2) << "bytes that are held after the cache is gone";
}

TEST_P(CacheGrowthTest, WhatIsEvictedGoes) {
  const bool expires = GetParam().guarantees.offered.has(Part::expiry);
  make(5000);
  for (int i = 0; i < 5000; ++i) cache_->put(key(i), "v", 1, forever, 0);
  const std::size_t once = grown();
  for (int i = 5000; i < 60'000; ++i) cache_->put(key(i), "v", 1, i % 3 == 0 || !expires ? forever : 1'000'000, 0);
  EXPECT_LT(grown(), 2 * once);
}

TEST_P(CacheGrowthTest, WhatIsErasedOrExpiresGoes) {
  CONTEND_NEEDS_ALL();
  make(1'000'000);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10'000; ++i)
      cache_->put(key(i), "v", static_cast<std::uint64_t>(i % 3), i % 2 == 0 ? forever : 10, 0);
    for (int i = 0; i < 10'000; i += 2) cache_->erase(key(i), 0);
    EXPECT_EQ(cache_->cleanup(everything, 10).removed, 5000U);
  }
  EXPECT_EQ(cache_->size(), Size{});
  EXPECT_LT(grown(), 10'000U * 64);
}

TEST_P(CacheGrowthTest, WhatIsRefusedOrMissesLeavesNothing) {
  CONTEND_NEEDS_ALL();
  make(10);
  const std::string long_key(max_cache_key_bytes + 1, 'k');
  std::string value(max_cache_value_bytes + 1, 'v');
  const std::size_t before = grown();
  std::string read;
  for (int i = 0; i < 5000; ++i) {
    cache_->put(long_key, "v", 1, forever, 0);
    cache_->put(key(i), value, 1, forever, 0);
    cache_->put(key(i), "v", 11, forever, 0);
    cache_->put(key(i), "v", 1, 0, 0);
    cache_->get(key(i), 0, read);
    cache_->erase(key(i), 0);
    const auto broken = [](std::string_view) -> std::string { throw std::runtime_error("down"); };
    if (i < 200) {
      EXPECT_THROW(cache_->get_or_load(key(i), 1, forever, 0, broken, read), std::runtime_error);
    }
  }
  EXPECT_EQ(cache_->size(), Size{});
  EXPECT_LT(grown(), before + 64 * kibibyte);
}

// Whatever n is, each costs about the same. Compared with half as many of the same, so that the machine does not matter:
// twice the work, not four times.
class CacheWorkTest : public CacheGrowthTest {
 protected:
  void SetUp() override { CONTEND_NEEDS_ALL(); }
  // The shortest of three, of the process: others on the machine do not count.
  template <class Prepare, class Work>
  double seconds(int n, Prepare prepare, Work work) {
    double shortest = 1e9;
    for (int round = 0; round < 3; ++round) {
      prepare(n);
      const std::clock_t begin = std::clock();
      work(n);
      shortest = std::min(shortest, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return shortest;
  }
  template <class Prepare, class Work>
  void expect_linear(int n, Prepare prepare, Work work) {
    const double few = seconds(n, prepare, work);
    const double many = seconds(8 * n, prepare, work);
    EXPECT_LT(many, 8 * 4 * few + 0.02) << n << " took " << few << " s";
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheWorkTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheWorkTest, CleaningUpManyIsLinear) {
  expect_linear(
      2000,
      [&](int n) {
        make(1'000'000);
        for (int i = 0; i < n; ++i) cache_->put(key(i), "v", 1, 10, 0);
      },
      [&](int n) { EXPECT_EQ(cache_->cleanup(everything, 10).removed, static_cast<std::size_t>(n)); });
}

TEST_P(CacheWorkTest, APutThatEvictsManyIsLinear) {
  expect_linear(
      2000,
      [&](int n) {
        make(static_cast<std::uint64_t>(n) * 20);
        for (int i = 0; i < n; ++i) cache_->put(key(i), "v", 1, forever, 0);
      },
      [&](int) {
        const std::uint64_t most = cache_->largest_weight();
        for (int i = 0; i < 40; ++i) cache_->put(fmt::format("heavy {}", i), "v", most, forever, 0);
        EXPECT_GT(cache_->stats().evicted, 0U);
      });
}

TEST_P(CacheWorkTest, WhatWeighsNothingIsNotWalkedOver) {
  expect_linear(
      2000,
      [&](int n) {
        make(10);
        for (int i = 0; i < n; ++i) cache_->put(key(i), "v", 0, forever, 0);
      },
      [&](int n) {
        for (int i = 0; i < 40; ++i) cache_->put(fmt::format("heavy {}", i), "v", 1, forever, 0);
        EXPECT_EQ(cache_->size().entries, static_cast<std::size_t>(n) + cache_->size().weight);
      });
}

}  // namespace
}  // namespace contend::cache
