#include "stress/driver/survival.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "impls/sync/mutex.hpp"

namespace contend {
namespace {

using testing::HasSubstr;

// Hangs on even thousands of the seed, after as many operations as the thousands say.
void hangs_sometimes(Round& round) {
  const std::uint64_t number = round.seed() / 1000;
  for (std::uint64_t i = 0; i < number; ++i) round.count_operation();
  if (number % 2 == 1) return;
  Mutex left{{"account", 1}};
  Mutex right{{"account", 2}};
  std::latch both_hold_one(2);
  const auto take = [&](Mutex& first, Mutex& second) NO_THREAD_SAFETY_ANALYSIS {  // the point is to lock wrongly
    first.lock();
    both_hold_one.arrive_and_wait();
    second.lock();
  };
  std::jthread one([&] { take(left, right); });
  std::jthread two([&] { take(right, left); });
}

TEST(SurvivalTest, CountsTheOperationsUntilEachHangAndNamesTheCircle) {
  StressTarget target;
  target.round = hangs_sometimes;
  const std::vector<SurvivalRun> runs =
      measure_survival(target, {.duration = std::chrono::seconds(0), .threads = 2, .seed = 4000}, 3);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_TRUE(runs[0].hung);
  EXPECT_FALSE(runs[1].hung);
  EXPECT_TRUE(runs[2].hung);
  EXPECT_EQ(runs[0].operations, 4U);
  EXPECT_EQ(runs[2].operations, 6U);
  EXPECT_THAT(runs[0].cycle, HasSubstr("account 1"));
  EXPECT_THAT(runs[0].cycle, HasSubstr("account 2"));
  EXPECT_THAT(survival_table(runs), HasSubstr("2 of 3 runs hung"));
}

TEST(SurvivalTest, TheCurveFallsAtTheHangsOnly) {
  const std::vector<SurvivalRun> runs{{1, 10, true, "a -> b -> a", ""},
                                      {2, 30, false, "", ""},
                                      {3, 20, true, "", ""},
                                      {4, 5, false, "", "a violation was found"}};
  const std::string table = survival_table(runs);
  EXPECT_THAT(table, HasSubstr("10          75 %"));
  EXPECT_THAT(table, HasSubstr("20          50 %"));
  EXPECT_THAT(table, HasSubstr("1 times  a -> b -> a"));
  EXPECT_THAT(table, HasSubstr("no cycle"));
  EXPECT_THAT(table, HasSubstr("seed 4: a violation"));
}

}  // namespace
}  // namespace contend
