// Answers to the unit and to the nanosecond where a design has a way of its own to them: units taken in advance, charges
// that are undone, rounds of a cleanup that go on.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <limits>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/rate_limiter/buckets/bucket_words.hpp"
#include "impls/rate_limiter/rate_limiter.hpp"
#include "impls/rate_limiter/rules/quota_rules.hpp"
#include "stress/round/threads.hpp"
#include "tests/support/implementations.hpp"

namespace contend::rate_limiter {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;

class RateLimiterExactnessTest : public testing::TestWithParam<Implementation<RateLimiter>> {
 protected:
  void SetUp() override { CONTEND_NEEDS(Part::retry_after, Part::remaining, Part::dimensions, Part::cleanup); }
  static std::unique_ptr<RateLimiter> make(const Quota& quota) {
    return GetParam().make({.quotas = {quota}, .expected_keys = 16});
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, RateLimiterExactnessTest, testing::ValuesIn(implementations<RateLimiter>()),
                         implementation_name<RateLimiter>);

// One of two callers gives back what it had taken in advance, is refused, and asks again for less.
TEST_P(RateLimiterExactnessTest, WhatIsGivenBackIsNotSpentTwice) {
  const auto limiter = make({Algorithm::fixed_window, 128, 128, second_ns});
  std::atomic<std::uint64_t> spent{0};
  const auto ask = [&](std::int64_t cost) {
    if (limiter->acquire("k", cost, 0).status == Status::allowed) spent += static_cast<std::uint64_t>(cost);
  };
  std::barrier meet(2);  // one thread makes both calls of the other caller: another thread would be a third
  std::jthread other([&] {
    ask(1);
    meet.arrive_and_wait();
    meet.arrive_and_wait();
    ask(3);
    meet.arrive_and_wait();
  });
  meet.arrive_and_wait();
  ask(123);
  meet.arrive_and_wait();
  meet.arrive_and_wait();
  for (const std::int64_t cost : {4, 1, 1, 1, 1, 1}) ask(cost);
  EXPECT_LE(spent, 128U);
}

TEST_P(RateLimiterExactnessTest, WhatRemainsIsWhatCouldBeTaken) {
  for (const Algorithm algorithm : {Algorithm::fixed_window, Algorithm::token_bucket}) {
    for (const std::uint64_t capacity : {64U, 640U, 6400U}) {
      const auto limiter = make({algorithm, capacity, capacity, second_ns});
      for (std::uint64_t left = capacity; left-- > 0;) {
        ASSERT_EQ(limiter->acquire("k", 1, 0), (Decision{Status::allowed, 0, left, 0})) << "of " << capacity;
      }
      EXPECT_EQ(limiter->acquire("k", 1, 0).status, Status::limited);
    }
  }
}

TEST_P(RateLimiterExactnessTest, WhatThreadsHaveTakenInAdvanceIsTheirsInEveryRequest) {
  const auto limiter =
      GetParam().make({.quotas = {{Algorithm::fixed_window, 640, 640, second_ns}, Quota{}}, .expected_keys = 16});
  limiter->acquire("k", 1, 0);
  const std::array together{Charge{0, "k", 639}, Charge{1, "k", 1}};
  EXPECT_EQ(limiter->acquire_all(together, 0).status, Status::allowed);
}

TEST_P(RateLimiterExactnessTest, WhatRemainsBesideOtherThreadsIsAsTheGuaranteesSay) {
  const auto limiter = make({Algorithm::fixed_window, 640, 640, second_ns});
  limiter->acquire("k", 1, 0);
  run_threads(1, [&](int) { limiter->acquire("k", 100, 0); });
  const Decision decision = limiter->acquire("k", 1, 0);
  EXPECT_EQ(decision.status, Status::allowed);
  if (GetParam().guarantees.remaining_counts_all) {
    EXPECT_EQ(decision.remaining, 538U);
  } else {
    EXPECT_LE(decision.remaining, 638U) << "its own charges are counted in any case";
    std::uint64_t taken = 102;
    while (limiter->acquire("k", 1, 0).status == Status::allowed) ++taken;
    EXPECT_LE(taken, 640U);
    EXPECT_GE(static_cast<double>(taken), 640 * (1 - GetParam().guarantees.stranded_part));
  }
}

TEST_P(RateLimiterExactnessTest, ARoundOfCleanupEndsThoughNothingIsFull) {
  const auto limiter = make({Algorithm::token_bucket, 10, 10, second_ns});
  constexpr int keys = 100;
  for (int i = 0; i < keys; ++i) limiter->acquire(fmt::format("{}", i), 1, 0);
  int calls = 1;
  while (limiter->cleanup(10, 0).more) ASSERT_LT(++calls, 1000);
  EXPECT_GE(calls, 2);
  EXPECT_EQ(limiter->tracked(), static_cast<std::size_t>(keys));
  // And the next one meets all that were there, and those that are new.
  limiter->acquire("new", 1, 0);
  std::size_t removed = 0;
  for (CleanupAnswer answer{.removed = 0, .more = true}; answer.more;) {
    answer = limiter->cleanup(10, 2 * second_ns);
    removed += answer.removed;
  }
  EXPECT_EQ(removed, static_cast<std::size_t>(keys) + 1);
}

// Far more keys than there was room for, while the table grows under all threads: each key is charged its quota, no more.
TEST_P(RateLimiterExactnessTest, ManyMoreKeysThanExpectedAreEachCountedOnce) {
  const auto limiter = GetParam().make({.quotas = {{Algorithm::fixed_window, 3, 3, second_ns}}, .expected_keys = 1});
  constexpr int keys = 5000;
  constexpr int threads = 4;
  std::atomic<int> allowed{0};
  run_threads(threads, [&](int) {
    for (int i = 0; i < keys; ++i) allowed += limiter->acquire(fmt::format("{}", i), 1, 0).status == Status::allowed;
  });
  EXPECT_EQ(allowed, 3 * keys);
  EXPECT_EQ(limiter->tracked(), static_cast<std::size_t>(keys));
  EXPECT_EQ(limiter->cleanup(std::numeric_limits<std::size_t>::max(), 2 * second_ns).removed,
            static_cast<std::size_t>(keys));
}

TEST_P(RateLimiterExactnessTest, WhatIsWrongWithTheOptionsIsNamed) {
  const auto refusal = [](const RateLimiter::Options& options) -> std::string {
    try {
      GetParam().make(options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing was wrong";
  };
  EXPECT_THAT(refusal({.quotas = {{.period_ns = -5}}}), testing::HasSubstr("period_ns is -5"));
  for (const std::size_t many : {std::size_t{1} << 40, std::numeric_limits<std::size_t>::max()}) {
    EXPECT_THAT(refusal({.expected_keys = many}), testing::HasSubstr(fmt::format("expected_keys is {}", many)));
  }
}

// Of a full log one charge leaves the window with each that comes: moving or adding up the others would take minutes.
TEST(SlidingLogTest, ALargeLogCostsACallNoMoreThanASmallOne) {
  constexpr int capacity = 200'000;
  const QuotaRules rules({Algorithm::sliding_log, capacity, capacity, capacity});
  Bucket bucket;
  const auto begin = std::chrono::steady_clock::now();
  for (TimeNs now_ns = 0; now_ns < 3 * capacity; ++now_ns) {
    ASSERT_GE(rules.available(bucket, now_ns), 1U);
    rules.make_room(bucket);
    rules.take(bucket, 1, now_ns);
    if (now_ns >= capacity) {
      ASSERT_EQ(rules.wait_for(bucket, capacity, now_ns), capacity);
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_LE(bucket.log.size(), std::size_t{2} * capacity);
}

// --- charges that are undone ---

QuotaRules ten_a_second() {
  return QuotaRules({Algorithm::token_bucket, 10, 10, second_ns});
}

TEST(GiveBackTest, WhatHasComeBackByItselfIsNotGivenBackOnceMore) {
  const QuotaRules rules = ten_a_second();
  Bucket bucket;
  rules.take(bucket, 5, 0);
  const Bucket after = bucket;
  rules.take(bucket, 5, 10 * second_ns);
  rules.give_back(bucket, 5, after);
  EXPECT_EQ(rules.available(bucket, 10 * second_ns), 5U);
}

TEST(GiveBackTest, WhatHasComeBackInPartIsNotGivenBackOnceMore) {
  const QuotaRules rules = ten_a_second();
  Bucket bucket;
  rules.take(bucket, 5, 0);
  const Bucket after = bucket;
  rules.take(bucket, 5, second_ns * 4 / 10);  // 4 of the 5 have come back
  rules.give_back(bucket, 5, after);
  EXPECT_EQ(rules.available(bucket, second_ns * 4 / 10), 5U);
}

// Charges at times that go on and back, of which some are undone later: nobody ever finds more than if these had never
// been made.
TEST(GiveBackTest, UndoneChargesNeverLeaveMoreThanIfTheyHadNotBeenMade) {
  std::mt19937_64 random(test_seed(17));
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::uint64_t exact = 0;
  for (int round = 0; round < 50'000; ++round) {
    const QuotaRules rules({Algorithm::token_bucket, 100, 1 + below(200), static_cast<DurationNs>(1 + below(1000))});
    Bucket bucket;
    Bucket without;
    struct Undone {
      std::uint64_t cost = 0;
      Bucket after;
    };
    std::vector<Undone> to_undo;
    TimeNs now_ns = 0;
    for (int i = 0; i < 8; ++i) {
      now_ns += static_cast<TimeNs>(below(400)) - 40;
      const std::uint64_t cost = 1 + below(20);
      if (cost > rules.available(bucket, now_ns)) continue;
      rules.take(bucket, cost, now_ns);
      if (below(3) == 0) {
        to_undo.push_back({cost, bucket});
      } else {
        rules.take(without, cost, now_ns);
      }
    }
    std::ranges::shuffle(to_undo, random);
    for (const Undone& undone : to_undo) rules.give_back(bucket, undone.cost, undone.after);
    for (TimeNs later_ns = now_ns; later_ns < now_ns + 2000; later_ns += 97) {
      ASSERT_LE(rules.available(bucket, later_ns), rules.available(without, later_ns)) << "round " << round;
    }
    exact += rules.available(bucket, now_ns) == rules.available(without, now_ns) ? 1 : 0;
  }
  EXPECT_GT(exact, 25'000U) << "mostly all is given back";
}

TEST(BucketWordsTest, ASpanIsRoundedDownAndByLittle) {
  std::mt19937_64 random(test_seed(19));
  for (int i = 0; i < 100'000; ++i) {
    const auto span_ns = static_cast<DurationNs>(random() >> (1 + random() % 63));
    const DurationNs kept_ns = span_of(rounded_span(span_ns));
    ASSERT_LE(kept_ns, span_ns);
    ASSERT_GE(kept_ns, span_ns - span_ns / (1 << (exact_span_bits - 1)));
    ASSERT_LT(rounded_span(span_ns), std::uint64_t{1} << 32);
  }
}

}  // namespace
}  // namespace contend::rate_limiter
