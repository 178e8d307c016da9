// The rules of the cache, one by one, over every implementation.

#include "impls/cache/cache.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "impls/base/registry.hpp"
#include "tests/cache/fixture.hpp"

namespace contend::cache {
namespace {

INSTANTIATE_TEST_SUITE_P(Implementations, CacheTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheTest, AnswersWhatWasPut) {
  const auto cache = make(10);
  EXPECT_EQ(get(*cache, "k"), "miss");
  EXPECT_EQ(put(*cache, "k", "v"), Status::stored);
  EXPECT_EQ(get(*cache, "k"), "hit:v");
  EXPECT_EQ(put(*cache, "k", "w", 3), Status::replaced);
  EXPECT_EQ(get(*cache, "k"), "hit:w");
  EXPECT_EQ(cache->size(), (Size{1, 3}));
  EXPECT_EQ(cache->erase("k", 0), Status::removed);
  EXPECT_EQ(cache->erase("k", 0), Status::absent);
  EXPECT_EQ(get(*cache, "k"), "miss");
  EXPECT_EQ(cache->size(), Size{});
}

TEST_P(CacheTest, KeysAndValuesAreBytesOfLimitedLength) {
  const auto cache = make(100);
  using namespace std::string_view_literals;
  for (const std::string_view key : {""sv, "\0"sv, "\0\0"sv, "\xff"sv}) {
    EXPECT_EQ(put(*cache, key, key), Status::stored);
    EXPECT_EQ(get(*cache, key), "hit:" + std::string(key));
  }
  const std::string long_key(max_cache_key_bytes + 1, 'k');
  const std::string long_value(max_cache_value_bytes + 1, 'v');
  EXPECT_EQ(put(*cache, long_key, long_value, 1, 0), Status::invalid_key);
  EXPECT_EQ(put(*cache, "k", long_value, 1, 0), Status::invalid_value);
  EXPECT_EQ(put(*cache, "k", "v", 1, 0), Status::invalid_ttl);
  EXPECT_EQ(put(*cache, "k", "v", 1, -5), Status::invalid_ttl);
  EXPECT_EQ(get(*cache, long_key), "invalid_key");
  EXPECT_EQ(cache->erase(long_key, 0), Status::invalid_key);
  std::string value;
  const auto loader = [](std::string_view) { return std::string("x"); };
  EXPECT_EQ(cache->get_or_load(long_key, 1, forever, 0, loader, value), Status::invalid_key);
  EXPECT_EQ(cache->get_or_load("k", 1, 0, 0, loader, value), Status::invalid_ttl);
  EXPECT_EQ(cache->size().entries, 4U);
}

TEST_P(CacheTest, AnEntryLivesUntilItsDeadlineAndNotAtIt) {
  const auto cache = make(10);
  put(*cache, "k", "v", 1, 10, 100);
  EXPECT_EQ(get(*cache, "k", 109), "hit:v");
  EXPECT_EQ(get(*cache, "k", 110), "miss");
  EXPECT_EQ(get(*cache, "k", 100), "miss") << "time that goes back revives nothing";
  EXPECT_EQ(cache->size().entries, 0U);
  EXPECT_EQ(cache->stats().expired, 1U);
  EXPECT_EQ(cache->stats().evicted, 0U);
  put(*cache, "m", "v", 1, never - 5, 100);
  EXPECT_EQ(get(*cache, "m", never - 1), "hit:v") << "a deadline that does not fit is never";
}

TEST_P(CacheTest, APutReplacesTheTtlAndAGetDoesNotExtendIt) {
  const auto cache = make(10);
  put(*cache, "k", "v", 1, 10, 0);
  get(*cache, "k", 9);
  EXPECT_EQ(get(*cache, "k", 10), "miss");
  put(*cache, "k", "v", 1, 10, 0);
  EXPECT_EQ(put(*cache, "k", "w", 1, forever, 5), Status::replaced);
  EXPECT_EQ(get(*cache, "k", 1000), "hit:w");
  put(*cache, "e", "v", 1, 10, 0);
  EXPECT_EQ(put(*cache, "e", "w", 1, forever, 10), Status::stored) << "an expired value is not replaced";
  EXPECT_EQ(cache->erase("x", 0), Status::absent);
  put(*cache, "x", "v", 1, 10, 0);
  EXPECT_EQ(cache->erase("x", 10), Status::absent);
}

TEST_P(CacheTest, CleanupWithoutBudgetRemovesNothing) {
  const auto cache = make(10);
  for (int i = 0; i < 10; ++i) put(*cache, fmt::format("{}", i), "v", 1, 5, 0);
  const CleanupAnswer answer = cache->cleanup(0, 10);
  EXPECT_EQ(answer.removed, 0U);
  EXPECT_TRUE(answer.more);
  EXPECT_EQ(cache->size().entries, 10U);
}

TEST_P(CacheTest, CleanupKeepsToItsBudgetAndSaysWhetherMoreIsLeft) {
  const auto cache = make(100);
  for (int i = 0; i < 10; ++i) put(*cache, fmt::format("{}", i), "v", 1, 5, 0);
  put(*cache, "alive", "v");
  CleanupAnswer answer = cache->cleanup(4, 10);
  EXPECT_EQ(answer.removed, 4U);
  EXPECT_TRUE(answer.more);
  answer = cache->cleanup(everything, 10);
  EXPECT_EQ(answer.removed, 6U);
  EXPECT_FALSE(answer.more);
  EXPECT_EQ(cache->size().entries, 1U);
}

TEST_P(CacheTest, EveryGetIsAHitOrAMiss) {
  const auto cache = make(50);
  std::mt19937_64 random(test_seed(2));
  std::uint64_t gets = 0;
  std::string value;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = fmt::format("{}", random() % 100);
    switch (random() % 4) {
      case 0:
        put(*cache, key, "v", 1, 1 + static_cast<DurationNs>(random() % 50), i);
        break;
      case 1:
        cache->erase(key, i);
        break;
      case 2:
        cache->get_or_load(key, 1, forever, i, [](std::string_view) { return std::string("l"); }, value);
        ++gets;
        break;
      default:
        get(*cache, key, i);
        ++gets;
    }
  }
  const Stats stats = cache->stats();
  EXPECT_EQ(stats.hits + stats.misses, gets);
  EXPECT_GT(stats.hits, 0U);
  EXPECT_GT(stats.loads, 0U);
  EXPECT_EQ(stats.stored - stats.evicted - stats.expired - stats.replaced - stats.erased, cache->size().entries);
}

TEST_P(CacheTest, ACapacityOfNothingIsRefused) {
  EXPECT_THROW(make(0), std::invalid_argument);
}

}  // namespace
}  // namespace contend::cache
