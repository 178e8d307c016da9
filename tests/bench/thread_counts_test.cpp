#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/engine/machine.hpp"
#include "bench/sittings/selection.hpp"

namespace contend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ThreadCountsTest, UpToTheCoresAndOnceMore) {
  EXPECT_THAT(default_threads(1), ElementsAre(1, 2));
  EXPECT_THAT(default_threads(2), ElementsAre(1, 2, 4));
  EXPECT_THAT(default_threads(6), ElementsAre(1, 2, 4, 6, 12));
  EXPECT_THAT(default_threads(64), ElementsAre(1, 2, 4, 8, 16, 32, 64, 128));
  EXPECT_EQ(most_threads(1), 16);
  EXPECT_EQ(most_threads(64), 256);
}

// What is printed of a panel in which `served` has started so many threads beside its callers.
std::string table_with(int callers, int more_threads) {
  BenchSystem system;
  system.name = "toy";
  PanelTrials trials;
  for (const std::string name : {"reference", "served"}) {
    TrialFigures figures;
    figures.threads = callers;
    figures.window_s = 1;
    figures.operations = 1000;
    figures.operations_of.assign(static_cast<std::size_t>(callers), 10);
    figures.more_threads = name == "served" ? more_threads : 0;
    trials.sittings[name] = {{{0, figures}, {1, figures}}};
  }
  return to_table(judge({&system, "all", callers}, trials));
}

TEST(ThreadCountsTest, ADesignWithThreadsOfItsOwnIsCalledOversubscribed) {
  const int cores = static_cast<int>(allowed_cpus().size());
  EXPECT_THAT(table_with(cores, 1), HasSubstr("by threads of their own: served (+1)"));
  EXPECT_THAT(table_with(cores, 0), Not(HasSubstr("oversubscribed")));
  EXPECT_THAT(table_with(2 * cores, 1), HasSubstr("threads (oversubscribed); "));
  EXPECT_THAT(table_with(2 * cores, 1), Not(HasSubstr("by threads of their own")));
}

}  // namespace
}  // namespace contend
