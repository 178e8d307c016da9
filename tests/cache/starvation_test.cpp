// Who puts beside others who never stop getting.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/implementations.hpp"

namespace contend::cache {
namespace {

class CacheStarvationTest : public testing::TestWithParam<Implementation<Cache>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheStarvationTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

// Counted in gets, not in time: whoever waits only for the gets that are in sees a few of them end.
TEST_P(CacheStarvationTest, APutDoesNotWaitForAllGetsThatCome) {
  const auto cache = GetParam().make({.capacity = 1000, .on_removal = nullptr});
  cache->put("large", std::string(1'000'000, 'v'), 1, forever, 0);
  constexpr int puts = 15;
  std::atomic<bool> stop{false};
  std::atomic<int> gets{0};
  std::vector<int> during;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        std::string value;
        while (!stop) {
          cache->get("large", 0, value);
          ++gets;
        }
      });
    }
    while (gets < 10) std::this_thread::yield();
    for (int i = 0; i < puts; ++i) {
      const int before = gets;
      cache->put("small", "v", 1, forever, 0);
      during.push_back(gets - before);
    }
    stop = true;
  }
  // Not the slow ones: on a busy machine the writer loses its core before it waits. Whoever starves is never as fast.
  std::ranges::sort(during);
  EXPECT_LT(during[puts / 5], 300);
}

}  // namespace
}  // namespace contend::cache
