// Loading by one for all, and what the listener hears.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <map>
#include <stdexcept>
#include <thread>

#include "stress/round/threads.hpp"
#include "tests/cache/fixture.hpp"

namespace contend::cache {
namespace {

using CacheLoadingTest = CacheTest;
INSTANTIATE_TEST_SUITE_P(Implementations, CacheLoadingTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheLoadingTest, TheListenerHearsOfEveryRemovalOnceAndMayCallTheCache) {
  std::map<std::string, int> heard;
  Cache* self = nullptr;
  const auto cache = make(3, [&](std::string_view key, std::string_view value, RemovalCause cause) {
    ++heard[fmt::format("{}={} {}", key, value, to_string(cause))];
    std::string read;
    self->get(key, 0, read);  // no lock is held
  });
  self = cache.get();
  put(*cache, "a", "1");
  put(*cache, "a", "2");
  put(*cache, "b", "1", 1, 5, 0);
  get(*cache, "b", 5);
  cache->erase("a", 5);
  put(*cache, "h", "1");
  put(*cache, "h", "2", 9);
  EXPECT_EQ(heard, (std::map<std::string, int>{
                       {"a=1 replaced", 1}, {"a=2 erased", 1}, {"b=1 expired", 1}, {"h=1 erased", 1}}));
}

TEST_P(CacheLoadingTest, AListenerThatThrowsIsToldOfEveryRemovalAllTheSame) {
  int told = 0;
  const auto cache = make(4, [&](std::string_view, std::string_view, RemovalCause) {
    ++told;
    throw std::runtime_error("a listener that throws");
  });
  for (int i = 0; i < 4; ++i) put(*cache, fmt::format("{}", i), "v", 1, 5, 0);
  EXPECT_EQ(put(*cache, "heavy", "w", 4, forever, 0), Status::stored);
  EXPECT_EQ(told, 4);
  EXPECT_EQ(cache->erase("heavy", 0), Status::removed);
  put(*cache, "dies", "v", 1, 5, 0);
  EXPECT_EQ(get(*cache, "dies", 5), "miss");
  put(*cache, "dies", "v", 1, 5, 0);
  EXPECT_EQ(cache->cleanup(everything, 5).removed, 1U);
  EXPECT_EQ(told, 7);
  EXPECT_EQ(cache->stats().listener_throws, 7U);
}

// One puts what has expired already, others load: whoever meets it tells a listener that throws, at any moment of a load.
TEST_P(CacheLoadingTest, AListenerThatThrowsLeavesNoLoadInTheAir) {
  const auto cache = make(10, [](std::string_view, std::string_view, RemovalCause) { throw 1; });
  constexpr int rounds = 3000;
  std::atomic<int> loaded{0};
  run_threads(3, [&](int thread) {
    std::string value;
    for (int i = 0; i < rounds; ++i) {
      if (thread == 0) {
        put(*cache, "k", "dead", 1, 1, 0);
      } else {
        cache->get_or_load("k", 1, 1, 10 * i, [](std::string_view) { return std::string("v"); }, value);
        ++loaded;
      }
    }
  });
  EXPECT_EQ(loaded, 2 * rounds);
}

TEST_P(CacheLoadingTest, AListenerMayLoadTheKeyThatHasExpired) {
  Cache* self = nullptr;
  int reloaded = 0;
  const auto load = [](std::string_view) { return std::string("again"); };
  const auto cache = make(10, [&](std::string_view key, std::string_view, RemovalCause cause) {
    if (cause != RemovalCause::expired) return;
    std::string value;
    self->get_or_load(key, 1, 100, 10, load, value);
    ++reloaded;
  });
  self = cache.get();
  put(*cache, "k", "v", 1, 5, 0);
  std::string value;
  EXPECT_EQ(cache->get_or_load("k", 1, 100, 10, load, value), Status::loaded);
  EXPECT_EQ(reloaded, 1);
  EXPECT_EQ(cache->stats().listener_throws, 0U);
}

TEST_P(CacheLoadingTest, ALoadedValueThatIsTooLongIsAnErrorOfTheLoad) {
  const auto cache = make(10);
  std::string value;
  const auto loader = [](std::string_view) { return std::string(max_cache_value_bytes + 1, 'v'); };
  EXPECT_THROW(cache->get_or_load("k", 1, forever, 0, loader, value), std::runtime_error);
  EXPECT_EQ(cache->stats().failed_loads, 1U);
  EXPECT_EQ(cache->size().entries, 0U);
}

TEST_P(CacheLoadingTest, LoadsWhatIsMissingOnceAndKeepsIt) {
  const auto cache = make(10);
  int loads = 0;
  const auto loader = [&](std::string_view key) {
    ++loads;
    return "loaded " + std::string(key);
  };
  std::string value;
  EXPECT_EQ(cache->get_or_load("k", 2, 10, 0, loader, value), Status::loaded);
  EXPECT_EQ(value, "loaded k");
  EXPECT_EQ(cache->get_or_load("k", 2, 10, 9, loader, value), Status::hit);
  EXPECT_EQ(cache->size(), (Size{1, 2}));
  EXPECT_EQ(cache->get_or_load("k", 2, 10, 10, loader, value), Status::loaded) << "expired";
  EXPECT_EQ(loads, 2);
  EXPECT_EQ(cache->get_or_load("heavy", 11, forever, 0, loader, value), Status::loaded);
  EXPECT_EQ(value, "loaded heavy") << "answered, though not stored";
  EXPECT_EQ(get(*cache, "heavy"), "miss");
}

TEST_P(CacheLoadingTest, AThrowingLoaderReachesItsCallerAndStoresNothing) {
  const auto cache = make(10);
  std::string value;
  const auto broken = [](std::string_view) -> std::string { throw std::runtime_error("no such row"); };
  EXPECT_THROW(cache->get_or_load("k", 1, forever, 0, broken, value), std::runtime_error);
  EXPECT_EQ(get(*cache, "k"), "miss");
  EXPECT_EQ(cache->stats().failed_loads, 1U);
  const auto fine = [](std::string_view) { return std::string("v"); };
  EXPECT_EQ(cache->get_or_load("k", 1, forever, 0, fine, value), Status::loaded);
}

TEST_P(CacheLoadingTest, ALoaderThatAsksForItsOwnKeyIsToldSo) {
  const auto cache = make(10);
  std::string value;
  const auto circle = [&](std::string_view key) {
    std::string inner;
    cache->get_or_load(key, 1, forever, 0, [](std::string_view) { return std::string("x"); }, inner);
    return inner;
  };
  EXPECT_THROW(cache->get_or_load("k", 1, forever, 0, circle, value), std::logic_error);
  const auto other = [&](std::string_view) {
    std::string inner;
    cache->get_or_load("another", 1, forever, 0, [](std::string_view) { return std::string("x"); }, inner);
    return inner;
  };
  EXPECT_EQ(cache->get_or_load("k", 1, forever, 0, other, value), Status::loaded);
}

TEST_P(CacheLoadingTest, ManyWhoMissAtOnceShareOneLoad) {
  const auto cache = make(10);
  constexpr int threads = 8;
  std::atomic<int> loads{0};
  std::atomic<int> fine{0};
  const auto loader = [&](std::string_view) {
    ++loads;
    std::this_thread::yield();
    return std::string("v");
  };
  for (int round = 0; round < 50; ++round) {
    const std::string key = fmt::format("{}", round);
    run_threads(threads, [&](int) {
      std::string value;
      cache->get_or_load(key, 1, forever, 0, loader, value);
      fine += value == "v" ? 1 : 0;
    });
  }
  EXPECT_EQ(loads, 50);
  EXPECT_EQ(fine, 50 * threads);
}

TEST_P(CacheLoadingTest, AllWhoWaitGetTheException) {
  const auto cache = make(10);
  constexpr int threads = 4;
  std::latch everybody_waits(threads);
  std::atomic<int> thrown{0};
  run_threads(threads, [&](int) {
    const auto loader = [&](std::string_view) -> std::string {
      everybody_waits.wait();
      throw std::runtime_error("down");
    };
    std::string value;
    everybody_waits.count_down();
    try {
      cache->get_or_load("k", 1, forever, 0, loader, value);
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  });
  EXPECT_EQ(thrown, threads);
  EXPECT_EQ(get(*cache, "k"), "miss");
}

TEST_P(CacheLoadingTest, WhatIsErasedOrPutDuringALoadWinsOverIt) {
  const auto cache = make(10);
  for (const bool by_put : {false, true}) {
    const std::string key = by_put ? "put" : "erased";
    std::string value;
    const auto loader = [&](std::string_view) {
      // Another caller, in the middle of the load.
      std::jthread([&] { by_put ? put(*cache, key, "newer") : cache->erase(key, 0); }).join();
      return std::string("stale");
    };
    EXPECT_EQ(cache->get_or_load(key, 1, forever, 0, loader, value), Status::loaded);
    EXPECT_EQ(value, "stale") << "whoever asked before is answered";
    EXPECT_EQ(get(*cache, key), by_put ? "hit:newer" : "miss");
  }
}

}  // namespace
}  // namespace contend::cache
