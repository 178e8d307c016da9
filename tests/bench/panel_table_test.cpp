// What stands below the figures of a panel: how far its times can be believed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/statistics/panel.hpp"

namespace contend {
namespace {

using testing::HasSubstr;
using testing::Not;

// `noop` and `reference` were timed so often.
std::string table_with(int timed_calls) {
  BenchSystem system;
  system.name = "toy";
  PanelTrials trials;
  for (const std::string name : {noop_name, "reference"}) {
    TrialFigures figures;
    figures.threads = 1;
    figures.window_s = 1;
    figures.operations = 1000;
    trials.sittings[name] = {{{0, figures}}};
    for (int call = 0; call < timed_calls; ++call) trials.times[name].add(name == noop_name ? 31 : 3'000);
  }
  return to_table(judge({&system, "all", 1}, trials));
}

TEST(PanelTableTest, UpToWhichQuantileTimesAreKnownIsSaid) {
  EXPECT_THAT(table_with(4'000), HasSubstr("too few calls were timed to tell p99.9; told up to: reference (p99.75)"));
  EXPECT_THAT(table_with(5), HasSubstr("told up to: reference (nothing)"));
  EXPECT_THAT(table_with(10'000), Not(HasSubstr("too few")));
}

TEST(PanelTableTest, TheClocksOwnTimeIsSaid) {
  EXPECT_THAT(table_with(4'000), HasSubstr("times hold the clock's own: p50 31, p99 31"));
  EXPECT_THAT(table_with(0), Not(HasSubstr("clock")));
}

}  // namespace
}  // namespace contend
