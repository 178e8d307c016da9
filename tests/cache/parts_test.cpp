// The rules of a cache as far as each part of the interface shows them by itself: asked also of those who offer get and put alone.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

std::string key(std::size_t number) {
  return fmt::format("key {}", number);
}

class CacheParts : public testing::TestWithParam<Implementation<Cache>> {
 protected:
  static std::unique_ptr<Cache> make(std::uint64_t capacity) { return GetParam().make({.capacity = capacity}); }
  static void put(Cache& cache, std::string_view key, std::string_view value) { cache.put(key, value, 1, forever, 0); }
  static std::string get(Cache& cache, std::string_view key, TimeNs now_ns = 0) {
    std::string value;
    return cache.get(key, now_ns, value) == Status::hit ? "hit:" + value : "miss";
  }
  static std::size_t held(Cache& cache, std::size_t keys) {
    std::size_t hits = 0;
    for (std::size_t i = 0; i < keys; ++i) hits += get(cache, key(i)) == "miss" ? 0 : 1;
    return hits;
  }
};
using CachePartsTest = CacheParts;
INSTANTIATE_TEST_SUITE_P(Implementations, CachePartsTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CachePartsTest, AGetAnswersWhatWasPutLast) {
  const auto cache = make(10);
  EXPECT_EQ(get(*cache, "k"), "miss");
  put(*cache, "k", "v");
  EXPECT_EQ(get(*cache, "k"), "hit:v");
  put(*cache, "k", "w");
  EXPECT_EQ(get(*cache, "k"), "hit:w");
  EXPECT_EQ(get(*cache, "l"), "miss");
}

TEST_P(CachePartsTest, KeysAndValuesAreBytes) {
  const auto cache = make(10);
  using namespace std::string_view_literals;
  for (const std::string_view bytes : {""sv, "\0"sv, "\0\0"sv, "\xff"sv}) {
    put(*cache, bytes, bytes);
    EXPECT_EQ(get(*cache, bytes), "hit:" + std::string(bytes));
  }
}

TEST_P(CachePartsTest, WhatThereIsRoomForStays) {
  const auto cache = make(1000);
  for (std::size_t i = 0; i < 500; ++i) put(*cache, key(i), "v");
  EXPECT_EQ(held(*cache, 500), 500U);
}

TEST_P(CachePartsTest, NoMoreIsHeldThanThereIsRoomFor) {
  for (const std::size_t capacity : {1U, 2U, 100U}) {
    const auto cache = make(capacity);
    for (std::size_t i = 0; i < 1000; ++i) put(*cache, key(i), "v");
    const std::size_t hits = held(*cache, 1000);
    EXPECT_LE(hits, capacity);
    EXPECT_GE(hits, capacity / 2) << "it is half empty";
  }
}

TEST_P(CachePartsTest, NoMoreIsHeldAlsoWhenManyPut) {
  constexpr std::size_t capacity = 100;
  const auto cache = make(capacity);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&cache, thread] {
        for (std::size_t i = 0; i < 5000; ++i) put(*cache, key((i * 7 + thread * 131) % 1000), "v");
      });
    }
  }
  EXPECT_LE(held(*cache, 1000), capacity);
}

TEST_P(CachePartsTest, WhatIsErasedIsGone) {
  CONTEND_NEEDS(Part::erase);
  const auto cache = make(10);
  put(*cache, "k", "v");
  EXPECT_EQ(cache->erase("k", 0), Status::removed);
  EXPECT_EQ(cache->erase("k", 0), Status::absent);
  EXPECT_EQ(get(*cache, "k"), "miss");
  put(*cache, "k", "w");
  EXPECT_EQ(get(*cache, "k"), "hit:w");
}

TEST_P(CachePartsTest, AnEntryLivesUntilItsDeadlineAndNotAtIt) {
  CONTEND_NEEDS(Part::expiry);
  const auto cache = make(10);
  cache->put("k", "v", 1, 10, 100);
  EXPECT_EQ(get(*cache, "k", 109), "hit:v");
  EXPECT_EQ(get(*cache, "k", 110), "miss");
  cache->put("k", "w", 1, forever, 110);
  EXPECT_EQ(get(*cache, "k", 1'000'000), "hit:w");
}

TEST_P(CachePartsTest, WhatIsMissingIsLoadedAndKept) {
  CONTEND_NEEDS(Part::get_or_load);
  const auto cache = make(10);
  int loads = 0;
  const auto loader = [&](std::string_view asked) {
    ++loads;
    return "of " + std::string(asked);
  };
  for (int i = 0; i < 3; ++i) {
    std::string value;
    EXPECT_EQ(cache->get_or_load("k", 1, forever, 0, loader, value), i == 0 ? Status::loaded : Status::hit);
    EXPECT_EQ(value, "of k");
  }
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(get(*cache, "k"), "hit:of k");
}

TEST_P(CachePartsTest, WhatALoaderThrowsIsThrownAndNothingIsKept) {
  CONTEND_NEEDS(Part::get_or_load);
  const auto cache = make(10);
  std::string value;
  const auto broken = [](std::string_view) -> std::string { throw std::runtime_error("down"); };
  EXPECT_THROW(cache->get_or_load("k", 1, forever, 0, broken, value), std::runtime_error);
  EXPECT_EQ(get(*cache, "k"), "miss");
  const auto loader = [](std::string_view) { return std::string("v"); };
  EXPECT_EQ(cache->get_or_load("k", 1, forever, 0, loader, value), Status::loaded);
}

// Against a map that forgets nothing: what is answered is what was put last, and with room for all it is answered.
using CacheValuesModelTest = CacheParts;
INSTANTIATE_TEST_SUITE_P(Implementations, CacheValuesModelTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheValuesModelTest, AnswersTheLatestValueOrNone) {
  const bool erases = GetParam().guarantees.offered.has(Part::erase);
  const bool replaces = GetParam().guarantees.offered.has(Part::replacing);
  const std::uint64_t seed = test_seed(3);
  for (const std::size_t keys : {40U, 120U}) {
    std::mt19937_64 random(seed);
    const auto cache = make(40);
    std::map<std::string, std::string> latest;
    for (int step = 0; step < 20'000; ++step) {
      const std::string asked = key(random() % keys);
      const std::uint64_t drawn = random() % 8;
      if (drawn < 3) {
        latest[asked] = fmt::format("{}", step);
        put(*cache, asked, latest[asked]);
      } else if (drawn == 3 && erases) {
        cache->erase(asked, 0);
        latest.erase(asked);
      } else {
        const auto known = latest.find(asked);
        const std::string expected = known == latest.end() ? "miss" : "hit:" + known->second;
        const std::string answer = get(*cache, asked);
        if (answer == "miss" && (keys > 40 || !replaces)) continue;  // evicted
        ASSERT_EQ(answer, expected) << fmt::format("CONTEND_SEED={} step {}: get of '{}', of {} keys", seed, step,
                                                   asked, keys);
      }
    }
  }
}

}  // namespace
}  // namespace contend::cache
