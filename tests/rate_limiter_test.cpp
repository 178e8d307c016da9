// The rules of the rate limiter, one by one, over every implementation.

#include "impls/rate_limiter/rate_limiter.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <random>
#include <stdexcept>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "stress/round/threads.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr std::size_t everything = std::numeric_limits<std::size_t>::max();

Quota quota_of(Algorithm algorithm, std::uint64_t capacity, DurationNs period_ns = second_ns) {
  return {algorithm, capacity, capacity, period_ns};
}

class RateLimiterTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  static std::unique_ptr<RateLimiter> make(std::vector<Quota> quotas) {
    return GetParam().make({.quotas = std::move(quotas), .expected_keys = 16});
  }
  static bool has(Part part) { return GetParam().guarantees.offered.has(part); }
  template <class Check>
  static void for_each_algorithm(Check check) {
    for (std::size_t i = 0; i < limit_algorithms; ++i) {
      if (!GetParam().guarantees.supports[i]) continue;
      const auto algorithm = static_cast<Algorithm>(i);
      SCOPED_TRACE(to_string(algorithm));
      check(algorithm);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

TEST_P(RateLimiterTest, GivesOutTheCapacityAndThenRefuses) {
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 3)});
    for (std::uint64_t left = 3; left-- > 0;) {
      EXPECT_EQ(limiter->acquire("k", 1, 0), (Decision{Status::allowed, 0, has(Part::remaining) ? left : 0, 0}));
    }
    EXPECT_EQ(limiter->acquire("k", 1, 0).status, Status::limited);
    EXPECT_EQ(limiter->acquire("another", 3, 0).status, Status::allowed);
  });
}

TEST_P(RateLimiterTest, RetryAfterIsExact) {
  CONTEND_NEEDS(Part::retry_after);
  for_each_algorithm([](Algorithm algorithm) {
    // A third of a second is no whole number of nanoseconds.
    const auto limiter = make({quota_of(algorithm, 3)});
    ASSERT_EQ(limiter->acquire("k", 3, 100).status, Status::allowed);
    for (const std::int64_t cost : {1, 2, 3}) {
      const Decision refused = limiter->acquire("k", cost, 100);
      ASSERT_EQ(refused.status, Status::limited);
      EXPECT_EQ(limiter->acquire("k", cost, 100 + refused.retry_after_ns - 1).status, Status::limited);
      EXPECT_EQ(limiter->acquire("k", cost, 100 + refused.retry_after_ns - 1).retry_after_ns, 1);
    }
    const Decision refused = limiter->acquire("k", 3, 100);
    EXPECT_EQ(limiter->acquire("k", 3, 100 + refused.retry_after_ns).status, Status::allowed);
  });
}

TEST_P(RateLimiterTest, TheTokenBucketRoundsTheWaitUp) {
  CONTEND_NEEDS(Part::retry_after);
  const auto limiter = make({quota_of(Algorithm::token_bucket, 3)});
  limiter->acquire("k", 3, 0);
  EXPECT_EQ(limiter->acquire("k", 1, 0).retry_after_ns, 333'333'334);
  EXPECT_EQ(limiter->acquire("k", 2, 0).retry_after_ns, 666'666'667);
  EXPECT_EQ(limiter->acquire("k", 3, 0).retry_after_ns, second_ns);
}

TEST_P(RateLimiterTest, NothingDriftsOverManyCalls) {
  CONTEND_NEEDS(Part::retry_after);
  const auto limiter = make({quota_of(Algorithm::token_bucket, 7)});
  limiter->acquire("k", 7, 0);
  TimeNs now_ns = 0;
  constexpr int calls = 7000;
  for (int i = 0; i < calls; ++i) {
    now_ns += limiter->acquire("k", 1, now_ns).retry_after_ns;
    ASSERT_EQ(limiter->acquire("k", 1, now_ns).status, Status::allowed);
  }
  EXPECT_EQ(now_ns, calls / 7 * second_ns) << "each seventh wait ends at a whole second";
}

TEST_P(RateLimiterTest, MoreThanTheCapacityIsAnErrorOfItsOwn) {
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 3)});
    EXPECT_EQ(limiter->acquire("k", 4, 0), (Decision{Status::exceeds_capacity, forever, 0, 0}));
    EXPECT_EQ(limiter->acquire("k", 3, 0).status, Status::allowed) << "it has charged nothing";
  });
}

TEST_P(RateLimiterTest, WithoutRefillAQuotaIsSpentOnce) {
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({{algorithm, 2, 0, second_ns}});
    limiter->acquire("k", 2, 0);
    const DurationNs wait_ns = has(Part::retry_after) ? forever : 0;
    EXPECT_EQ(limiter->acquire("k", 1, max_limiter_time_ns), (Decision{Status::limited, wait_ns, 0, 0}));
    if (!has(Part::cleanup)) return;
    EXPECT_EQ(limiter->cleanup(everything, max_limiter_time_ns).removed, 0U) << "it must not be forgotten";
  });
}

TEST_P(RateLimiterTest, AProbeAndARefusalChangeNothing) {
  CONTEND_NEEDS(Part::remaining, Part::cleanup);
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 3)});
    EXPECT_EQ(limiter->acquire("k", 0, 0), (Decision{Status::allowed, 0, 3, 0}));
    EXPECT_EQ(limiter->tracked(), 0U);
    limiter->acquire("k", 2, 0);
    EXPECT_EQ(limiter->acquire("k", 2, 0).status, Status::limited);
    EXPECT_EQ(limiter->acquire("k", 2, 0).remaining, 1U);
    EXPECT_EQ(limiter->acquire("k", 0, 0), (Decision{Status::allowed, 0, 1, 0}));
    EXPECT_EQ(limiter->tracked(), 1U);
  });
}

TEST_P(RateLimiterTest, TimeThatGoesBackMintsNothing) {
  CONTEND_NEEDS(Part::times_of_callers);
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 2)});
    limiter->acquire("k", 2, 10 * second_ns);
    EXPECT_EQ(limiter->acquire("k", 1, 0).status, Status::limited);
    EXPECT_EQ(limiter->acquire("k", 1, 10 * second_ns).status, Status::limited) << "nor does it lead to minting";
    if (!has(Part::retry_after)) return;
    const Decision early = limiter->acquire("k", 2, second_ns);
    EXPECT_EQ(limiter->acquire("k", 2, second_ns + early.retry_after_ns - 1).status, Status::limited);
    EXPECT_EQ(limiter->acquire("k", 2, second_ns + early.retry_after_ns).status, Status::allowed);
  });
}

TEST_P(RateLimiterTest, TimesFarApartDoNotOverflow) {
  CONTEND_NEEDS(Part::retry_after);
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({{algorithm, max_quota_units, max_quota_units, 60 * second_ns}});
    for (const TimeNs now_ns : {-never, -max_limiter_time_ns, TimeNs{0}, max_limiter_time_ns, never}) {
      limiter->acquire("k", static_cast<std::int64_t>(max_quota_units), now_ns);
      const Decision decision = limiter->acquire("k", 1, now_ns);
      EXPECT_EQ(decision.status, Status::limited) << now_ns;
      EXPECT_GT(decision.retry_after_ns, 0) << now_ns;
    }
  });
}

TEST_P(RateLimiterTest, ErrorsHaveAFixedOrder) {
  CONTEND_NEEDS(Part::dimensions);
  const auto limiter = make({quota_of(Algorithm::token_bucket, 3)});
  const std::string long_key(max_limiter_key_bytes + 1, 'k');
  const auto status = [&](std::vector<Charge> charges) { return limiter->acquire_all(charges, 0).status; };
  EXPECT_EQ(status({}), Status::invalid_dimensions);
  EXPECT_EQ(status({{9, long_key, -1}, {9, long_key, -1}}), Status::invalid_dimensions);
  EXPECT_EQ(status(std::vector<Charge>(max_dimensions + 1)), Status::invalid_dimensions);
  EXPECT_EQ(status({{0, long_key, -1}, {9, "k", 1}}), Status::invalid_quota);
  EXPECT_EQ(status({{0, "a", -1}, {0, long_key, 1}}), Status::invalid_key);
  EXPECT_EQ(status({{0, "a", 4}, {0, "b", -1}}), Status::invalid_cost);
  limiter->acquire("a", 3, 0);
  EXPECT_EQ(status({{0, "a", 1}, {0, "b", 4}}), Status::exceeds_capacity);
  EXPECT_EQ(status({{0, "a", 1}, {0, "b", 1}}), Status::limited);
  EXPECT_EQ(limiter->acquire_all(std::vector<Charge>{{0, "a", 1}, {0, "b", 4}}, 0).dimension, 1U);
}

TEST_P(RateLimiterTest, KeysAreBytesAndQuotasAreApart) {
  const bool windows = GetParam().guarantees.supports[static_cast<std::size_t>(Algorithm::fixed_window)];
  const auto limiter = make(
      {quota_of(Algorithm::token_bucket, 1), quota_of(windows ? Algorithm::fixed_window : Algorithm::token_bucket, 1)});
  using namespace std::string_view_literals;
  for (const std::string_view key : {""sv, "\0"sv, "\0\0"sv, "\xff"sv}) {
    for (const std::uint32_t quota : {0U, 1U}) {
      const Charge charge{quota, key, 1};
      EXPECT_EQ(limiter->acquire_all({&charge, 1}, 0).status, Status::allowed);
      EXPECT_EQ(limiter->acquire_all({&charge, 1}, 0).status, Status::limited);
    }
  }
  if (has(Part::cleanup)) {
    EXPECT_EQ(limiter->tracked(), 8U);
  }
}

TEST_P(RateLimiterTest, SeveralDimensionsAreChargedTogetherOrNotAtAll) {
  CONTEND_NEEDS(Part::dimensions, Part::retry_after, Part::remaining);
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 2), quota_of(algorithm, 5, 10 * second_ns)});
    const std::vector<Charge> request{{0, "user", 1}, {1, "org", 3}};
    EXPECT_EQ(limiter->acquire_all(request, 0), (Decision{Status::allowed, 0, 1, 0}));
    const Decision refused = limiter->acquire_all(request, 0);
    EXPECT_EQ(refused.status, Status::limited);
    EXPECT_EQ(refused.dimension, 1U);
    EXPECT_EQ(refused.remaining, 1U);
    EXPECT_EQ(limiter->acquire("user", 0, 0).remaining, 1U) << "the user was not charged for what the org refused";
    EXPECT_EQ(limiter->acquire_all(request, refused.retry_after_ns - 1).status, Status::limited);
    EXPECT_EQ(limiter->acquire_all(request, refused.retry_after_ns).status, Status::allowed);
  });
}

TEST_P(RateLimiterTest, OfSeveralRefusalsTheLongestWaitIsNamed) {
  CONTEND_NEEDS(Part::dimensions, Part::retry_after);
  const auto limiter = make({quota_of(Algorithm::token_bucket, 1), quota_of(Algorithm::token_bucket, 1, 5)});
  const std::vector<Charge> request{{1, "quick", 1}, {0, "slow", 1}, {0, "slow too", 1}};
  limiter->acquire_all(request, 0);
  EXPECT_EQ(limiter->acquire_all(request, 0), (Decision{Status::limited, second_ns, 0, 1}));
}

TEST_P(RateLimiterTest, CleanupDropsExactlyWhatIsFull) {
  CONTEND_NEEDS(Part::cleanup, Part::retry_after);
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 4)});
    constexpr int keys = 100;
    for (int i = 0; i < keys; ++i) limiter->acquire(fmt::format("{}", i), 1 + i % 4, i * second_ns / 10);
    // When each key would be full again, from the answers alone.
    const auto full_at = [&](int i) {
      const Decision refused = limiter->acquire(fmt::format("{}", i), 4, i * second_ns / 10);
      return i * second_ns / 10 + refused.retry_after_ns;
    };
    std::size_t expected = 0;
    const TimeNs now_ns = 6 * second_ns;
    for (int i = 0; i < keys; ++i) expected += full_at(i) <= now_ns ? 1 : 0;
    EXPECT_GT(expected, 0U);
    EXPECT_EQ(limiter->cleanup(everything, now_ns).removed, expected);
    EXPECT_EQ(limiter->tracked(), keys - expected);
    EXPECT_EQ(limiter->cleanup(everything, 1000 * second_ns).removed, keys - expected);
    EXPECT_EQ(limiter->tracked(), 0U);
  });
}

TEST_P(RateLimiterTest, CleanupKeepsAboutToItsBudgetAndGoesRound) {
  CONTEND_NEEDS(Part::cleanup);
  const auto limiter = make({quota_of(Algorithm::token_bucket, 1)});
  constexpr std::size_t keys = 5000;
  for (std::size_t i = 0; i < keys; ++i) limiter->acquire(fmt::format("{}", i), 1, 0);
  std::size_t removed = 0;
  int calls = 1;
  for (CleanupAnswer answer = limiter->cleanup(100, 2 * second_ns);; ++calls) {
    EXPECT_LE(answer.removed, 500U);
    removed += answer.removed;
    if (!answer.more) break;
    ASSERT_LT(calls, 10'000);
    answer = limiter->cleanup(100, 2 * second_ns);
  }
  EXPECT_GT(calls, 5);
  EXPECT_EQ(removed, keys);
  EXPECT_EQ(limiter->tracked(), 0U);
}

TEST_P(RateLimiterTest, BadQuotasAreRefusedByNameOfTheField) {
  const auto refusal = [](const Quota& quota) -> std::string {
    try {
      make({quota});
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing was wrong";
  };
  EXPECT_NE(refusal({static_cast<Algorithm>(9), 1, 1, 1000}).find("algorithm is 9"), std::string::npos);
  EXPECT_NE(refusal({.capacity = 0}).find("capacity is 0"), std::string::npos);
  EXPECT_NE(refusal({.capacity = max_quota_units + 1}).find("capacity"), std::string::npos);
  EXPECT_NE(refusal({.refill = max_quota_units + 1}).find("refill"), std::string::npos);
  EXPECT_NE(refusal({.period_ns = 0}).find("period_ns is 0"), std::string::npos);
  EXPECT_NE(refusal({Algorithm::fixed_window, 5, 4, 1}).find("refill is 4"), std::string::npos);
  EXPECT_NE(refusal({Algorithm::token_bucket, max_quota_units, 1, max_limiter_time_ns}).find("refill"),
            std::string::npos);
  EXPECT_THROW(make({}), std::invalid_argument);
}

TEST_P(RateLimiterTest, ManyThreadsGetTheQuotaAndNoMore) {
  for_each_algorithm([](Algorithm algorithm) {
    const auto limiter = make({quota_of(algorithm, 1000)});
    std::atomic<int> allowed{0};
    run_threads(4, [&](int) {
      for (int i = 0; i < 500; ++i) allowed += limiter->acquire("k", 1, 0).status == Status::allowed ? 1 : 0;
    });
    EXPECT_LE(allowed, 1000);
    EXPECT_GE(allowed, 1000 * (1 - GetParam().guarantees.stranded_part));
  });
}

// --- the arithmetic itself ---

TEST(QuotaRulesTest, AWindowBorderLetsTwiceTheCapacityThroughAndTheSlidingLogDoesNot) {
  const auto through = [](Algorithm algorithm) {
    const QuotaRules rules(quota_of(algorithm, 10));
    Bucket bucket;
    std::uint64_t taken = 0;
    for (const TimeNs now_ns : {second_ns - 1, second_ns}) {
      const std::uint64_t available = rules.available(bucket, now_ns);
      if (available == 0) continue;
      rules.make_room(bucket);
      rules.take(bucket, available, now_ns);
      taken += available;
    }
    return taken;
  };
  EXPECT_EQ(through(Algorithm::fixed_window), 20U);
  EXPECT_EQ(through(Algorithm::sliding_log), 10U);
  EXPECT_EQ(through(Algorithm::sliding_counter), 10U);
  EXPECT_EQ(through(Algorithm::token_bucket), 10U);
}

TEST(QuotaRulesTest, TheSlidingCounterWeighsTheWindowBeforeByWhatIsLeftOfIt) {
  const QuotaRules rules(quota_of(Algorithm::sliding_counter, 10));
  Bucket bucket;
  rules.take(bucket, 10, 0);
  EXPECT_EQ(rules.available(bucket, second_ns), 0U);
  EXPECT_EQ(rules.available(bucket, second_ns + second_ns / 4), 2U) << "7.5 units still count, rounded up";
  EXPECT_EQ(rules.available(bucket, second_ns + second_ns / 2), 5U);
  EXPECT_EQ(rules.available(bucket, 2 * second_ns), 10U);
}

// Charges at random times, some of them going back; at each refusal the wait is tried, one nanosecond early and on
// time.
void check_waits(Algorithm algorithm, int cases) {
  std::mt19937_64 random(test_seed(7));
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  int refusals = 0;
  while (refusals < cases) {
    Quota quota{algorithm, 1 + below(below(2) == 0 ? 20 : 1'000'000), 0, 1 + static_cast<DurationNs>(below(2'000'000))};
    quota.refill = algorithm == Algorithm::token_bucket ? 1 + below(1'000'000) : quota.capacity;
    const QuotaRules rules(quota);
    Bucket bucket;
    TimeNs now_ns = static_cast<TimeNs>(below(4'000'000)) - 2'000'000;
    for (int i = 0; i < 60; ++i) {
      const auto step_ns = static_cast<TimeNs>(below(static_cast<std::uint64_t>(quota.period_ns) / 4 + 2));
      now_ns += below(8) == 0 ? -step_ns : step_ns;
      const std::uint64_t cost = 1 + below(below(3) == 0 ? quota.capacity : quota.capacity / 8 + 1);
      if (rules.available(bucket, now_ns) >= cost) {
        rules.make_room(bucket);
        rules.take(bucket, cost, now_ns);
        continue;
      }
      const DurationNs wait_ns = rules.wait_for(bucket, cost, now_ns);
      ASSERT_GT(wait_ns, 0);
      ASSERT_LT(rules.available(bucket, now_ns + wait_ns - 1), cost)
          << "capacity " << quota.capacity << " refill " << quota.refill << " period " << quota.period_ns;
      ASSERT_GE(rules.available(bucket, now_ns + wait_ns), cost)
          << "capacity " << quota.capacity << " refill " << quota.refill << " period " << quota.period_ns;
      ++refusals;
    }
  }
}
TEST(QuotaRulesTest, AMillionWaitsAreExactForTheTokenBucket) {
  check_waits(Algorithm::token_bucket, 1'000'000);
}
TEST(QuotaRulesTest, AMillionWaitsAreExactForTheFixedWindow) {
  check_waits(Algorithm::fixed_window, 1'000'000);
}
TEST(QuotaRulesTest, AMillionWaitsAreExactForTheSlidingLog) {
  check_waits(Algorithm::sliding_log, 1'000'000);
}
TEST(QuotaRulesTest, AMillionWaitsAreExactForTheSlidingCounter) {
  check_waits(Algorithm::sliding_counter, 1'000'000);
}

// What a quota is for: in any interval no more than the capacity and what comes back meanwhile (twice the capacity and
// per period where windows are fixed), however the requests are laid.
TEST(QuotaRulesTest, NoIntervalGetsMoreThanItsShare) {
  std::mt19937_64 random(test_seed(11));
  for (int round = 0; round < 400; ++round) {
    const auto algorithm = static_cast<Algorithm>(round % 3);
    const Quota quota = quota_of(algorithm, 1 + random() % 10, 1000);
    const QuotaRules rules(quota);
    Bucket bucket;
    std::vector<std::pair<TimeNs, std::uint64_t>> taken;
    TimeNs now_ns = 0;
    for (int i = 0; i < 100; ++i) {
      now_ns += static_cast<TimeNs>(random() % 400);
      const std::uint64_t cost = 1 + random() % quota.capacity;
      if (rules.available(bucket, now_ns) < cost) continue;
      rules.make_room(bucket);
      rules.take(bucket, cost, now_ns);
      taken.emplace_back(now_ns, cost);
    }
    for (std::size_t from = 0; from < taken.size(); ++from) {
      std::uint64_t sum = 0;
      for (std::size_t to = from; to < taken.size(); ++to) {
        sum += taken[to].second;
        const TimeNs length_ns = taken[to].first - taken[from].first;
        const auto refilled = static_cast<std::uint64_t>(length_ns) * quota.capacity / 1000;
        if (algorithm == Algorithm::token_bucket) {
          ASSERT_LE(sum, quota.capacity + refilled);
        } else if (length_ns < 1000) {
          ASSERT_LE(sum, quota.capacity * (algorithm == Algorithm::fixed_window ? 2 : 1));
        }
      }
    }
  }
}

TEST(QuotaRulesTest, GivingBackLeavesWhatOthersHaveTaken) {
  std::mt19937_64 random(test_seed(13));
  for (int round = 0; round < 20'000; ++round) {
    const auto algorithm = round % 2 == 0 ? Algorithm::token_bucket : Algorithm::fixed_window;
    const QuotaRules rules(quota_of(algorithm, 100, 1 + static_cast<DurationNs>(random() % 1000)));
    const std::uint64_t mine = 1 + random() % 50;
    const std::uint64_t theirs = 1 + random() % 50;
    Bucket charged;
    rules.take(charged, mine, 500);
    const Bucket after = charged;
    rules.take(charged, theirs, 500);
    rules.give_back(charged, mine, after);
    Bucket alone;
    rules.take(alone, theirs, 500);
    for (const TimeNs now_ns : {TimeNs{500}, TimeNs{501}, TimeNs{700}, TimeNs{1500}}) {
      ASSERT_EQ(rules.available(charged, now_ns), rules.available(alone, now_ns));
    }
  }
}

}  // namespace
}  // namespace contend::rate_limiter
