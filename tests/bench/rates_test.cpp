// What rates are asked for, which trials that makes, and what is said of them: with trials that are made up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "bench/rates/judged_rates.hpp"
#include "bench/rates/rate_rounds.hpp"

namespace contend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(AskedRatesTest, SharesAndCommonRates) {
  const AskedRates asked = parse_rates("90%,200k/s,30%,1.5M/s,30%", "");
  EXPECT_THAT(asked.rates, ElementsAre(AskedRate{.share = 0.3}, AskedRate{.share = 0.9}, AskedRate{.per_s = 200e3},
                                       AskedRate{.per_s = 1.5e6}));
  EXPECT_EQ(to_string(asked.rates[0]), "30 %");
  EXPECT_EQ(to_string(asked.rates[3]), "1.5M/s");
  EXPECT_TRUE(parse_rates("", "").none());
}

TEST(AskedRatesTest, ASweepSearchesWhereThereIsSomethingToKeep) {
  EXPECT_GE(parse_rates("sweep", "").rates.size(), 5U);
  const AskedRates search = parse_rates("sweep", "p99<1ms");
  EXPECT_TRUE(search.search);
  EXPECT_FALSE(search.none());
  EXPECT_EQ(search.keep.text(), "p99<1ms");
}

TEST(AskedRatesTest, WhatIsNoRateIsRefusedWithASentence) {
  for (const char* text :
       {"50", "50%%", "0%", "101%", "fast", "200k", "200/m", "-1k/s", "1G/s", "0.1/s", "30%,", "sweep,30%"}) {
    EXPECT_THROW(parse_rates(text, ""), std::invalid_argument) << text;
  }
  EXPECT_THROW(parse_rates("", "p99<1ms"), std::invalid_argument);
  EXPECT_THROW(parse_rates("sweep", "memory<1k"), std::invalid_argument);
}

// What trials of a machine would come to on which a design can do so many operations a second, and answers within 100
// microseconds up to 70 % of them, within 5 ms beyond, and not at all beyond all of them.
class MadeUpTrials {
 public:
  std::map<std::string, double> capacities{{"reference", 1'000'000}, {"fast", 4'000'000}, {noop_name, 50'000'000}};
  std::map<std::string, std::set<double>> rates;

  TrialResult measure(const std::string& design, double rate_per_s) {
    TrialResult result;
    result.window_s = 1;
    if (std::isinf(rate_per_s)) {
      result.operations = static_cast<std::uint64_t>(capacities.at(design));
      return result;
    }
    rates[design].insert(rate_per_s);
    const double load = rate_per_s / capacities.at(design);
    result.due = 10'000;
    result.served = load > 1 ? 5'000 : 10'000;
    result.behind = load > 1;
    for (int i = 0; i < 10'000; ++i) result.times.add(load > 0.7 ? 5'000'000 : 100'000);
    return result;
  }
  std::map<std::string, RatesOfDesign> run(const AskedRates& asked, int rounds = 1) {
    RateRounds panel(asked, {noop_name, "reference", "fast"}, 50, 1,
                     [&](const std::string& design, double rate_per_s, int) { return measure(design, rate_per_s); });
    std::map<std::string, RatesOfDesign> figures;
    for (int round = 0; round < rounds; ++round) panel.run(figures, [] { return true; });
    return figures;
  }
};

TEST(RateRoundsTest, ASharesRateIsOfTheDesignsOwnCapacityAndTheControlHasThatOfTheReference) {
  MadeUpTrials trials;
  const auto figures = trials.run(parse_rates("50%,200k/s", ""), 2);
  EXPECT_THAT(trials.rates["reference"], ElementsAre(200e3, 500e3));
  EXPECT_THAT(trials.rates["fast"], ElementsAre(200e3, 2e6));
  EXPECT_THAT(trials.rates[noop_name], ElementsAre(200e3, 500e3));
  for (const char* design : {"reference", "fast", noop_name}) {
    ASSERT_EQ(figures.at(design).size(), 2U) << design;
    EXPECT_EQ(figures.at(design)[0].trials, 2);
    EXPECT_EQ(figures.at(design)[0].times.total(), 20'000U);
  }
}

TEST(RateRoundsTest, ASearchFindsTheHighestRateThatKeepsTheLimit) {
  MadeUpTrials trials;
  const AskedRates asked = parse_rates("sweep", "p99<1ms");
  const auto figures = trials.run(asked);
  for (const char* design : {"reference", "fast"}) {
    const RateFigures* const highest = highest_kept(figures.at(design), asked.keep);
    ASSERT_NE(highest, nullptr) << design;
    EXPECT_NEAR(highest->rate_per_s / trials.capacities[design], 0.7, 1.0 / 64) << design;
    EXPECT_LE(figures.at(design).size(), 7U) << "halves, and does not walk";
  }
  EXPECT_EQ(trials.rates[noop_name], trials.rates["reference"]);
  const AskedRates too_much = parse_rates("sweep", "p99<1us");
  EXPECT_EQ(highest_kept(trials.run(too_much).at("fast"), too_much.keep), nullptr);
}

TEST(RateRoundsTest, WhoEndsItEarlyKeepsWhatWasMeasured) {
  MadeUpTrials trials;
  int left = 10;
  RateRounds panel(
      parse_rates("sweep", ""), {noop_name, "reference", "fast"}, 50, 1,
      [&](const std::string& design, double rate_per_s, int) { return trials.measure(design, rate_per_s); });
  std::map<std::string, RatesOfDesign> figures;
  panel.run(figures, [&] { return left-- > 0; });
  std::size_t measured = 0;
  for (const auto& [design, rates] : figures) measured += rates.size();
  EXPECT_EQ(measured, 4U) << "six of ten trials were for what the designs can do";
}

TEST(JudgedRatesTest, TheKneeIsWhereP99PassesThreeTimesTheLowest) {
  MadeUpTrials trials;
  const auto figures = trials.run(parse_rates("sweep", ""));
  const RateFigures* const at_knee = knee(figures.at("fast"));
  ASSERT_NE(at_knee, nullptr);
  EXPECT_EQ(at_knee->asked.share, 0.8);
  EXPECT_EQ(knee(trials.run(parse_rates("10%,40%,60%", "")).at("fast")), nullptr);
}

TEST(JudgedRatesTest, WhoIsOverloadedHasNoPercentiles) {
  MadeUpTrials trials;
  const AskedRates asked = parse_rates("2M/s", "");
  auto figures = trials.run(asked, 3);
  BenchSystem system;
  system.name = "toy";
  Panel panel;
  panel.plan = {&system, "all", 2};
  for (const char* design : {"reference", "fast"}) {
    panel.rows.push_back({});
    panel.rows.back().implementation = design;
    panel.rows.back().rates = figures[design];
  }
  panel.floor_rates = figures[noop_name];
  const std::string table = rates_table(panel);
  EXPECT_THAT(table, HasSubstr("reference      2M   50.0% overloaded\n"));
  EXPECT_THAT(table, HasSubstr("fast           2M  100.0%    99u    99u    99u\n"));
  EXPECT_THAT(table, HasSubstr("noop"));
  EXPECT_FALSE(keeps_limits(figures["reference"].front(), Limits("p99<1s")));
  panel.floor_rates.clear();
  for (PanelRow& row : panel.rows) row.rates.clear();
  EXPECT_EQ(rates_table(panel), "");
}

}  // namespace
}  // namespace contend
