#include "bench/statistics/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "bench/workload/zipf.hpp"

namespace contend {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values;
  for (int i = 1; i <= n; ++i) values.push_back(i);
  return values;
}

TEST(StatisticsTest, FewerThanSixValuesHaveNoInterval) {
  EXPECT_FALSE(median_interval(one_to(5)));
  EXPECT_TRUE(median_interval(one_to(6)));
}

// The ranks of the sign test, as tables give them.
TEST(StatisticsTest, TheIntervalTakesTheRanksOfTheSignTest) {
  const std::map<int, std::pair<int, int>> ranks{{6, {1, 6}},   {8, {1, 8}},   {10, {2, 9}},   {12, {3, 10}},
                                                 {15, {4, 12}}, {20, {6, 15}}, {30, {10, 21}}, {40, {14, 27}}};
  for (const auto& [n, rank] : ranks) {
    const Interval interval = median_interval(one_to(n)).value_or(Interval{});
    EXPECT_EQ(interval.low, rank.first) << n;
    EXPECT_EQ(interval.high, rank.second) << n;
  }
}

TEST(StatisticsTest, HolmMultipliesTheLeastByAllAndNeverFalls) {
  const std::vector<double> corrected = holm({0.01, 0.04, 0.03, 0.005});
  EXPECT_NEAR(corrected[3], 0.02, 1e-12);
  EXPECT_NEAR(corrected[0], 0.03, 1e-12);
  EXPECT_NEAR(corrected[2], 0.06, 1e-12);
  EXPECT_NEAR(corrected[1], 0.06, 1e-12) << "0.04 itself would be less than the one before it";
}

TEST(StatisticsTest, JainIsOneWhenEqualAndOneNthWhenOneHasAll) {
  EXPECT_DOUBLE_EQ(jain_index({5, 5, 5, 5}), 1);
  EXPECT_DOUBLE_EQ(jain_index({7, 0, 0, 0}), 0.25);
}

// Pearson's statistic against the closed form; 50 is far beyond what chance gives with 19 degrees of freedom.
TEST(ZipfRanksTest, FollowsTheClosedForm) {
  for (const double theta : {0.0, 0.5, 0.99, 2.0}) {
    constexpr std::size_t n = 20;
    constexpr int draws = 200'000;
    std::mt19937_64 random(7);
    const ZipfRanks ranks(n, theta);
    std::vector<double> seen(n);
    for (int i = 0; i < draws; ++i) ++seen[ranks(random)];
    double norm = 0;
    for (std::size_t rank = 0; rank < n; ++rank) norm += std::pow(static_cast<double>(rank + 1), -theta);
    double chi_square = 0;
    for (std::size_t rank = 0; rank < n; ++rank) {
      const double expected = draws * std::pow(static_cast<double>(rank + 1), -theta) / norm;
      chi_square += (seen[rank] - expected) * (seen[rank] - expected) / expected;
    }
    EXPECT_LT(chi_square, 50) << theta;
  }
}

}  // namespace
}  // namespace contend
