#include "bench/statistics/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace contend {
namespace {

Sittings steady(int sittings, std::size_t rounds, double figure) {
  return Sittings(static_cast<std::size_t>(sittings), std::vector<double>(rounds, figure));
}
Comparison verdict(const Sittings& a, const Sittings& b) {
  return compare({{a, b}}).front().comparison;
}

TEST(ComparisonTest, AVerdictNeedsTheWholeInterval) {
  const Sittings yardstick = steady(3, 4, 100);
  EXPECT_EQ(verdict(steady(3, 4, 110), yardstick), Comparison::win);
  EXPECT_EQ(verdict(steady(3, 4, 90), yardstick), Comparison::loss);
  EXPECT_EQ(verdict(steady(3, 4, 100.5), yardstick), Comparison::tie);
  EXPECT_EQ(verdict(Sittings(3, {90, 110, 90, 110}), yardstick), Comparison::undecided);
}

TEST(ComparisonTest, FiveRoundsDecideNothing) {
  EXPECT_EQ(verdict({{200, 200}, {200, 200, 200}}, {{100, 100}, {100, 100, 100}}), Comparison::undecided);
  EXPECT_EQ(verdict({{200, 200, 200}, {200, 200, 200}}, {{100, 100, 100}, {100, 100, 100}}), Comparison::win);
}

TEST(ComparisonTest, SittingsMustAgree) {
  const Sittings yardstick = steady(3, 40, 100);
  EXPECT_EQ(
      verdict({std::vector<double>(40, 130), std::vector<double>(40, 130), std::vector<double>(40, 99)}, yardstick),
      Comparison::undecided);
}

TEST(ComparisonTest, OnlyRoundsThatBothHaveAreCompared) {
  // The second was not measured in rounds 1 and 3; where it was, the first is twice as fast.
  const Sittings a{{200, 50, 200, 50}, {200, 200, 200, 200}};
  const Sittings b{{100, 0, 100, 0}, {100, 100, 100, 100}};
  EXPECT_DOUBLE_EQ(compare({{a, b}}).front().ratio, 2);
}

TEST(ComparisonTest, PairingTakesTheMachinesDriftOut) {
  Sittings a(2);
  Sittings b(2);
  for (int round = 1; round <= 8; ++round) {
    a[static_cast<std::size_t>(round % 2)].push_back(120.0 * round);
    b[static_cast<std::size_t>(round % 2)].push_back(100.0 * round);
  }
  const PairedRatio paired = compare({{a, b}}).front();
  EXPECT_NEAR(paired.ratio, 1.2, 1e-9);
  EXPECT_EQ(paired.comparison, Comparison::win);
}

// Runs of `pairs` equal designs beside one that is `slower`; rounds deviate by `noise`, sittings by `between`.
struct Experiment {
  int sittings = 3;
  int rounds = 12;
  int pairs = 9;
  double noise = 0.08;
  double between = 0;
  double slower = 0.05;

  std::vector<Pair> run(std::mt19937_64& random) const {
    std::normal_distribution<double> normal;
    const auto measure = [&](double centre) {
      Sittings figures;
      for (int sitting = 0; sitting < sittings; ++sitting) {
        const double of_sitting = centre + between * normal(random);
        std::vector<double>& of_rounds = figures.emplace_back();
        for (int round = 0; round < rounds; ++round) of_rounds.push_back(std::exp(of_sitting + noise * normal(random)));
      }
      return figures;
    };
    const Sittings reference = measure(0);
    std::vector<Pair> all;
    for (int pair = 0; pair < pairs; ++pair) all.emplace_back(measure(0), reference);
    all.emplace_back(measure(std::log1p(-slower)), reference);
    return all;
  }
};

struct Tally {
  double covered = 0;  // of the intervals
  double false_calls = 0;
  double caught = 0;  // of the slower ones
};
Tally tally(const Experiment& experiment, int times) {
  std::mt19937_64 random(7);
  Tally tally;
  for (int i = 0; i < times; ++i) {
    const std::vector<PairedRatio> compared = compare(experiment.run(random));
    for (std::size_t pair = 0; pair + 1 < compared.size(); ++pair) {
      const Interval interval = compared[pair].interval.value_or(Interval{});
      if (interval.low <= 1 && 1 <= interval.high) tally.covered += 1.0 / times / experiment.pairs;
      if (compared[pair].comparison == Comparison::win || compared[pair].comparison == Comparison::loss) {
        tally.false_calls += 1.0 / times / experiment.pairs;
      }
    }
    if (compared.back().comparison == Comparison::loss) tally.caught += 1.0 / times;
  }
  return tally;
}

// With three and more sittings; a single one cannot know how much sittings differ, and says so by being one.
TEST(ComparisonTest, IntervalsHoldWhatTheyPromiseWhereSittingsDiffer) {
  for (const double between : {0.0, 0.02, 0.05}) {
    for (const int rounds : {4, 12}) {
      const Tally told = tally({.rounds = rounds, .between = between}, 300);
      EXPECT_GE(told.covered, 0.93) << between << " between sittings of " << rounds << " rounds";
      EXPECT_LE(told.false_calls, 0.02) << between << " between sittings of " << rounds << " rounds";
    }
  }
}

TEST(ComparisonTest, ASittingAloneCallsFalselyWhereSittingsDiffer) {
  EXPECT_GT(tally({.sittings = 1, .between = 0.05}, 100).false_calls, 0.05)
      << "if this held, nobody would need several sittings";
}

TEST(ComparisonTest, MoreRoundsSeeSmallerDifferences) {
  EXPECT_LE(tally({.rounds = 4}, 200).caught, 0.2);
  EXPECT_GE(tally({.rounds = 150}, 200).caught, 0.85);
  EXPECT_GE(tally({.rounds = 20, .slower = 0.1}, 200).caught, 0.8);
}

// What it says it could have seen is called about as often as it says.
TEST(ComparisonTest, TheLeastDifferenceSeenIsSeen) {
  std::mt19937_64 random(5);
  const double seen = compare(Experiment{.rounds = 20}.run(random)).front().least_seen;
  const double caught = tally({.rounds = 20, .pairs = 1, .slower = 1 - 1 / (1 + seen)}, 200).caught;
  EXPECT_GE(caught, 0.6) << seen;
  EXPECT_LE(caught, 0.98) << seen;
}

TEST(ComparisonTest, AFarRoundDoesNotMoveTheRatio) {
  Sittings a = steady(3, 9, 100);
  a[1][4] = 1;
  EXPECT_NEAR(compare({{a, steady(3, 9, 100)}}).front().ratio, 1, 0.001);
}

}  // namespace
}  // namespace contend
