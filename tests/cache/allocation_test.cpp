// Memory runs out at every place of every operation: each has then not happened, or has happened whole.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/cache/cache.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/long_strings.hpp"

namespace contend::cache {
namespace {

constexpr TimeNs early = 5;
constexpr TimeNs late = 100;  // the keys with a ttl have expired
enum Key : std::uint8_t { lasting, expiring, expired, other, fresh, keys };

// A cache, and what its listener has heard.
struct Shop {
  std::vector<std::string> heard = std::vector<std::string>(100);
  std::size_t told = 0;
  std::unique_ptr<Cache> cache = nullptr;
};

// All that can be asked, but for how often a load was tried: a load for which there is no memory has failed, and counts.
std::string describe(Shop& shop) {
  std::string text;
  std::sort(shop.heard.begin(), shop.heard.begin() + static_cast<std::ptrdiff_t>(shop.told));
  for (std::size_t i = 0; i < shop.told; ++i) text += "\nheard " + shop.heard[i];
  const Stats stats = shop.cache->stats();
  const Size size = shop.cache->size();
  text += fmt::format("\n{} entries of {}; stored {} evicted {} expired {} replaced {} erased {}", size.entries,
                      size.weight, stats.stored, stats.evicted, stats.expired, stats.replaced, stats.erased);
  EXPECT_EQ(stats.stored - stats.evicted - stats.expired - stats.replaced - stats.erased, size.entries);
  std::string read;
  for (const TimeNs now_ns : {early, late}) {
    for (int i = 0; i < keys; ++i) {
      read.clear();
      const Status status = shop.cache->get(long_key(i), now_ns, read);
      text += fmt::format("\n{} at {}: {} '{}'", i, now_ns, to_string(status), read);
    }
  }
  for (int i = 0; i < keys; ++i) {
    shop.cache->put(long_key(i), long_value(i), 1, 10, late);
    const auto loader = [](std::string_view) { return std::string("loaded"); };
    text += fmt::format("\n{}", to_string(shop.cache->get_or_load(long_key(i), 1, 10, late + 10, loader, read)));
    text += fmt::format("\n{}", to_string(shop.cache->erase(long_key(i), late + 10)));
  }
  return text;
}

class CacheAllocationTest : public testing::TestWithParam<Implementation<Cache>> {
 protected:
  void SetUp() override { CONTEND_NEEDS_ALL(); }
  // `capacity` 4: full, so that whoever comes has others evicted.
  static void fails(const std::string& name, const std::function<std::string(Shop&)>& ask,
                    const std::function<std::string(Shop&)>& described = describe) {
    for (const std::uint64_t capacity : {4U, 1000U}) {
      const auto prepare = [capacity] {
        auto shop = std::make_unique<Shop>();
        shop->cache =
            GetParam().make({.capacity = capacity,
                             .on_removal = [&shop = *shop](std::string_view key, std::string_view, RemovalCause cause) {
                               shop.heard.at(shop.told++) =
                                   fmt::format("{} {}", key.substr(key.size() - 3), to_string(cause));
                             }});
        shop->cache->put(long_key(lasting), long_value(1), 1, forever, 0);
        shop->cache->put(long_key(expiring), long_value(2), 1, 20, 0);
        shop->cache->put(long_key(expired), long_value(3), 1, 30, 0);
        shop->cache->put(long_key(other), long_value(4), 1, forever, 0);
        // Room for what is told under a fault.
        for (std::string& heard : shop->heard) heard.reserve(100);
        return shop;
      };
      fail_each_allocation<Shop>({fmt::format("{} with room for {}", name, capacity), prepare, ask, described});
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, CacheAllocationTest, testing::ValuesIn(implementations<Cache>()),
                         implementation_name<Cache>);

TEST_P(CacheAllocationTest, Gets) {
  for (const TimeNs now_ns : {early, late}) {
    for (const Key which : {lasting, expiring, fresh}) {
      fails(fmt::format("get of {} at {}", int{which}, now_ns), [=](Shop& shop) {
        std::string read;
        const Status status = under_fault([&] { return shop.cache->get(long_key(which), now_ns, read); });
        return fmt::format("{} '{}'", to_string(status), read);
      });
    }
  }
}

TEST_P(CacheAllocationTest, Puts) {
  for (const TimeNs now_ns : {early, late}) {
    for (const DurationNs ttl_ns : {forever, DurationNs{1000}}) {
      for (const Key which : {lasting, expired, fresh}) {
        for (const std::uint64_t weight : {0U, 1U, 3U, 2000U}) {
          fails(fmt::format("put of {} at {} for {}, weight {}", int{which}, now_ns, ttl_ns, weight), [=](Shop& shop) {
            return std::string(to_string(under_fault(
                [&] { return shop.cache->put(long_key(which), long_value(200), weight, ttl_ns, now_ns); })));
          });
        }
      }
    }
  }
}

TEST_P(CacheAllocationTest, Removals) {
  for (const TimeNs now_ns : {early, late}) {
    for (const Key which : {lasting, expired, fresh}) {
      fails(fmt::format("erase of {} at {}", int{which}, now_ns), [=](Shop& shop) {
        return std::string(to_string(under_fault([&] { return shop.cache->erase(long_key(which), now_ns); })));
      });
    }
    fails(fmt::format("cleanup at {}", now_ns), [=](Shop& shop) {
      const CleanupAnswer answer = under_fault([&] { return shop.cache->cleanup(1, now_ns); });
      return fmt::format("{} {}", answer.removed, answer.more);
    });
  }
}

TEST_P(CacheAllocationTest, Loads) {
  // A load that fails has met what has expired under its key, which is gone then.
  const auto described = [](Shop& shop) {
    shop.cache->cleanup(keys, late);
    return describe(shop);
  };
  const Cache::Loader loader = [](std::string_view loaded) { return "loaded " + std::string(loaded); };
  for (const TimeNs now_ns : {early, late}) {
    for (const Key which : {lasting, expired, fresh}) {
      for (const std::uint64_t weight : {1U, 3U, 2000U}) {
        fails(
            fmt::format("get_or_load of {} at {}, weight {}", int{which}, now_ns, weight),
            [=](Shop& shop) {
              std::string read;
              const Status status = under_fault(
                  [&] { return shop.cache->get_or_load(long_key(which), weight, 1000, now_ns, loader, read); });
              return fmt::format("{} '{}'", to_string(status), read);
            },
            described);
      }
    }
  }
}

}  // namespace
}  // namespace contend::cache
