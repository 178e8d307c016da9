// Memory runs out at every place of every operation: each has then not happened, or has happened whole.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/long_strings.hpp"

namespace contend::rate_limiter {
namespace {

constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();
constexpr TimeNs second_ns = 1'000'000'000;
constexpr TimeNs later_ns = second_ns / 2;
constexpr int old_keys = 3;  // those that have been charged

std::string say(const Decision& decision) {
  return fmt::format("{} {} {} {}", to_string(decision.status), decision.retry_after_ns, decision.remaining,
                     decision.dimension);
}
std::string say(const CleanupAnswer& answer) {
  return fmt::format("{} {}", answer.removed, answer.more);
}

class RateLimiterAllocationTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  // Without these it does not show what has happened.
  void SetUp() override { CONTEND_NEEDS(Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup); }
  // A quota of each algorithm, a small one and a large one: of the large ones a design may hold something back.
  static std::vector<Quota> quotas() {
    std::vector<Quota> all;
    for (std::size_t i = 0; i < limit_algorithms; ++i) {
      if (!GetParam().guarantees.supports[i]) continue;
      for (const std::uint64_t capacity : {std::uint64_t{10}, std::uint64_t{1000}}) {
        all.push_back({static_cast<Algorithm>(i), capacity, capacity, second_ns});
      }
    }
    return all;
  }
  static std::uint32_t quota_count() { return static_cast<std::uint32_t>(quotas().size()); }

  // Of each quota, buckets of three keys: one of them is full again at later_ns. Sliding logs have filled the room that
  // was made for them.
  static std::unique_ptr<RateLimiter> prepare() {
    auto limiter = GetParam().make({.quotas = quotas(), .expected_keys = 0});
    for (std::uint32_t quota = 0; quota < quota_count(); ++quota) {
      for (int number = 0; number < old_keys; ++number) {
        for (TimeNs at_ns = 0; at_ns < 4; ++at_ns) {
          const std::string name = long_key(number);
          const Charge charge{quota, name, 1};
          limiter->acquire_all({&charge, 1}, number == 0 ? at_ns - 2 * second_ns : at_ns);
        }
      }
    }
    return limiter;
  }

  static std::string describe(RateLimiter& limiter) {
    std::string text = fmt::format("tracked {}", limiter.tracked());
    for (std::uint32_t quota = 0; quota < quota_count(); ++quota) {
      for (int number = 0; number < old_keys + 2; ++number) {
        for (const TimeNs at_ns : {later_ns, 2 * second_ns}) {
          const std::string name = long_key(number);
          const Charge probe{quota, name, 0};
          text += "\n" + say(limiter.acquire_all({&probe, 1}, at_ns));
        }
      }
    }
    text += "\ncleanup " + say(limiter.cleanup(everything, later_ns));
    return text + fmt::format(" tracked {}", limiter.tracked());
  }

  template <class Call>
  static std::uint64_t fail_each(const std::string& name, Call call) {
    return fail_each_allocation<RateLimiter>(
        {.name = fmt::format("{} of {}", name, GetParam().name),
         .prepare = prepare,
         .operate = [call](RateLimiter& limiter) { return say(under_fault([&] { return call(limiter); })); },
         .describe = describe});
  }

  static std::uint64_t fail_each_charge(std::uint32_t quota, int number, std::int64_t cost) {
    const std::string name = long_key(number);
    return fail_each(fmt::format("{} units of key {} of quota {}", cost, number, quota), [&](RateLimiter& limiter) {
      const Charge charge{quota, name, cost};
      return limiter.acquire_all({&charge, 1}, later_ns);
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterAllocationTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(RateLimiterAllocationTest, ChargesOfOneDimension) {
  for (std::uint32_t quota = 0; quota < quota_count(); ++quota) {
    for (const std::int64_t cost : {1, 8, 9}) {
      for (int number = 0; number < old_keys; ++number) fail_each_charge(quota, number, cost);
      EXPECT_GT(fail_each_charge(quota, old_keys, cost), 0U) << "a new bucket takes memory";
    }
  }
}

TEST_P(RateLimiterAllocationTest, ProbesAndRefusals) {
  for (std::uint32_t quota = 0; quota < quota_count(); ++quota) {
    for (int number = 0; number <= old_keys; ++number) {
      fail_each_charge(quota, number, 0);
      fail_each_charge(quota, number, 999);
      fail_each_charge(quota, number, 1001);
    }
  }
}

TEST_P(RateLimiterAllocationTest, ChargesOfSeveralDimensions) {
  std::vector<std::string> names;
  for (int number = 0; number < old_keys + 2; ++number) names.push_back(long_key(number));
  std::vector<Charge> fits;
  std::vector<Charge> refused;
  for (std::uint32_t i = 0; i < max_dimensions; ++i) {
    const std::uint32_t quota = i % quota_count();
    const std::string& name = names[old_keys - 1 + (i + i / quota_count()) % 3];  // some of them new
    fits.push_back({quota, name, 1});
    refused.push_back({quota, name, i + 1 == max_dimensions ? 999 : 1});
  }
  EXPECT_GT(fail_each("several", [&](RateLimiter& limiter) { return limiter.acquire_all(fits, later_ns); }), 0U);
  fail_each("several, refused", [&](RateLimiter& limiter) { return limiter.acquire_all(refused, later_ns); });
}

TEST_P(RateLimiterAllocationTest, Cleanups) {
  fail_each("cleanup", [](RateLimiter& limiter) { return limiter.cleanup(1, later_ns); });
  fail_each("cleanup of all", [](RateLimiter& limiter) { return limiter.cleanup(everything, 5 * second_ns); });
}

}  // namespace
}  // namespace contend::rate_limiter
