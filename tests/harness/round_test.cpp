// The seam between attacks and those who drive them: outcomes, rounds at two sizes, campaigns.

#include "stress/round/round.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>

#include "stress/driver/campaign.hpp"

namespace contend {
namespace {

using testing::HasSubstr;

constexpr Sized calls{.full = 400, .small = {2, 6}};

AttackReport report_of(const Round& round) {
  return round.outcomes().report_round();
}

TEST(OutcomesTest, WhatIsForbiddenMakesARoundIllegalAndWhatIsRequiredNeedNotHappenInOne) {
  Round round(1, Scale::full, 2);
  round.required("wanted", "must happen in a campaign");
  Outcomes::Counter& torn = round.forbidden("torn", "two halves of different calls");
  Outcomes::Counter& refused = round.allowed("refused", "there was too little");
  ++refused;
  EXPECT_FALSE(round.illegal());
  EXPECT_EQ(report_of(round).verdict, Verdict::ok);
  ++torn;
  EXPECT_TRUE(round.illegal());
  EXPECT_EQ(report_of(round).verdict, Verdict::illegal);
  EXPECT_THAT(report_of(round).evidence, HasSubstr("torn: two halves"));
}

TEST(OutcomesTest, AnOutcomeDeclaredAgainIsTheSameAndRowsStayInOrder) {
  Round round(1, Scale::full, 2);
  Outcomes::Counter& first = round.allowed("first", "one");
  round.allowed("second", "two");
  ++first;
  ++round.allowed("first", "one");
  const AttackReport report = report_of(round);
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_EQ(report.rows[0].result, "first");
  EXPECT_EQ(report.rows[0].samples, 2U);
}

TEST(OutcomesTest, WhatADesignDoesNotPromiseIsAllowed) {
  Round round(1, Scale::full, 2);
  ++round.forbidden_if(false, "skew", "not promised");
  EXPECT_FALSE(round.illegal());
  ++round.forbidden_if(true, "torn", "promised");
  EXPECT_TRUE(round.illegal());
}

TEST(OutcomesTest, TheWorseConclusionStaysAndTheFirstReasonForIt) {
  Round round(7, Scale::full, 2);
  round.conclude(Verdict::unknown, "too hard");
  EXPECT_EQ(report_of(round).verdict, Verdict::unknown);
  round.conclude(Verdict::illegal, "seen");
  round.conclude(Verdict::illegal, "seen again");
  EXPECT_EQ(report_of(round).verdict, Verdict::illegal);
  EXPECT_EQ(report_of(round).evidence, "seed 7: seen");
}

TEST(RoundTest, DrawsTheSameFromTheSameSeedAndStaysWithinItsSizes) {
  std::set<int> drawn;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Round one(seed, Scale::small, 64);
    Round again(seed, Scale::small, 64);
    EXPECT_EQ(one.threads(), again.threads());
    EXPECT_GE(one.threads(), 2);
    EXPECT_LE(one.threads(), 3);
    const int size = one.size(calls);
    EXPECT_EQ(size, again.size(calls));
    EXPECT_EQ(one.random_of(1)(), again.random_of(1)());
    drawn.insert(size);
  }
  EXPECT_EQ(drawn, (std::set{2, 3, 4, 5, 6}));
  Round full(1, Scale::full, 8);
  EXPECT_EQ(full.size(calls), 400);
  EXPECT_EQ(full.threads(), 8);
  EXPECT_EQ(full.threads(12), 12);
}

TEST(RoundTest, AWaitForWhatNeverComesEnds) {
  EXPECT_FALSE(yield_until([] { return false; }, 10));
  EXPECT_TRUE(yield_until([] { return true; }, 0));
}

TEST(CampaignTest, RepeatsARoundWithGrowingSeedsUntilItIsIllegal) {
  std::vector<std::uint64_t> seeds;
  const AttackReport report = run_campaign(
      [&](Round& round) {
        seeds.push_back(round.seed());
        Outcomes::Counter& torn = round.forbidden("torn", "seen");
        if (round.seed() == 12) ++torn;
      },
      {.duration = std::chrono::hours(1), .seed = 10});
  EXPECT_EQ(seeds, (std::vector<std::uint64_t>{10, 11, 12}));
  EXPECT_EQ(report.verdict, Verdict::illegal);
  EXPECT_EQ(report.rows[0].samples, 3U);  // rounds
  EXPECT_THAT(report.evidence, HasSubstr("seed 12: torn"));
}

TEST(CampaignTest, WhatIsRequiredMustHappenInSomeRound) {
  const auto round = [](std::uint64_t lucky) {
    return [lucky](Round& one) {
      Outcomes::Counter& evicted = one.required("evicted", "room was needed");
      if (one.seed() == lucky) ++evicted;
    };
  };
  const AttackOptions options{.duration = std::chrono::milliseconds(20), .seed = 1, .preemption = false};
  EXPECT_EQ(run_campaign(round(1), options).verdict, Verdict::ok);
  const AttackReport never = run_campaign(round(0), options);
  EXPECT_EQ(never.verdict, Verdict::unknown);
  EXPECT_THAT(never.evidence, HasSubstr("evicted"));
}

TEST(CampaignTest, CountsOperationsOfAllRounds) {
  std::atomic<std::uint64_t> operations{0};
  run_campaign([](Round& round) { round.run_threads(2, [&](int) { round.count_operation(); }); },
               {.duration = std::chrono::seconds(0), .seed = 2, .operations = &operations});
  EXPECT_EQ(operations, 2U);
}

}  // namespace
}  // namespace contend
