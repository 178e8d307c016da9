#include "bench/statistics/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <tuple>

#include "bench/statistics/panel.hpp"

namespace contend {
namespace {

using testing::HasSubstr;

PanelRow row() {
  PanelRow row;
  row.p99_ns = 2'000'000;
  row.bytes_per_entry = 300;
  row.fair_share = 0.5;
  return row;
}

TEST(LimitsTest, TheFirstThatIsBrokenIsNamedWithTheFigure) {
  EXPECT_EQ(Limits("").broken_by(row()), "");
  EXPECT_EQ(Limits("p99<5ms,memory<400B,share>0.4").broken_by(row()), "");
  EXPECT_EQ(Limits("p99<1ms,memory<400B").broken_by(row()), "p99<1ms: 2m");
  EXPECT_EQ(Limits("p99<5ms,memory<200B").broken_by(row()), "memory<200B: 300");
  EXPECT_EQ(Limits("share>0.6").broken_by(row()), "share>0.6: 0.50");
  EXPECT_EQ(Limits("p99>1ms").broken_by(row()), "");
}

TEST(LimitsTest, WhatWasNotMeasuredKeepsNoLimit) {
  EXPECT_EQ(Limits("p99.9<1s").broken_by(row()), "p99.9<1s: not measured");
}

TEST(LimitsTest, UnitsAreThoseOfTheFigure) {
  EXPECT_EQ(Limits("p99<2001us").broken_by(row()), "");
  EXPECT_EQ(Limits("memory<0.3k").broken_by(row()), "");
  for (const char* wrong : {"p99", "p99<", "p99<fast", "p99<1", "memory<1ms", "pp<1ms", "p99<-1ms", "p99<nan", ","}) {
    EXPECT_THROW(Limits{wrong}, std::invalid_argument) << wrong;
  }
}

TEST(LimitsTest, WhoBreaksOneIsNotPicked) {
  BenchSystem system;
  system.name = "toy";
  PanelTrials trials;
  for (const auto& [name, speed, ns] :
       {std::tuple{"reference", 100, 100}, {again_name, 100, 100}, {"late", 300, 9'000}, {"early", 200, 100}}) {
    for (int round = 0; round < 12; ++round) {
      TrialFigures figures;
      figures.window_s = 1;
      figures.operations = static_cast<std::uint64_t>(speed);
      trials.sittings[name].resize(1);
      trials.sittings[name].front()[round] = figures;
    }
    for (int call = 0; call < 2'000; ++call) trials.times[name].add(ns);
  }
  EXPECT_EQ(judge({&system, "all", 2}, trials).best()->implementation, "late");
  const Panel panel = judge({&system, "all", 2}, trials, {}, Limits("p99<1us"));
  EXPECT_EQ(panel.best()->implementation, "early");
  EXPECT_THAT(panel.answer, HasSubstr("early wins against every other design that keeps the limits"));
  EXPECT_THAT(to_table(panel), HasSubstr("breaks p99<1us: 9"));
  EXPECT_THAT(judge({&system, "all", 2}, trials, {}, Limits("p99<1ns")).answer,
              HasSubstr("no design keeps the limits"));
}

}  // namespace
}  // namespace contend
