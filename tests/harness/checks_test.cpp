#include "bench/statistics/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bench/statistics/summary.hpp"

namespace contend {
namespace {

using testing::HasSubstr;

CheckRecords records_with(const std::string& tests, const std::string& attacks) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "contend_checks_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tests") << tests;
  std::ofstream(folder / "attacks") << attacks;
  CheckRecords records(folder);
  std::filesystem::remove_all(folder);
  return records;
}

TEST(ChecksTest, TheLastLineOfADesignCounts) {
  const CheckRecords records = records_with("toy/one ok\ntoy/two failed\n", "toy/one failed\ntoy/one ok\n");
  EXPECT_EQ(records.of("toy", "one").describe(), "tests ok, attacks ok, races not_run");
  EXPECT_EQ(records.of("toy", "two").describe(), "tests failed, attacks not_run, races not_run");
  EXPECT_EQ(records.of("toy", "three").describe(), "tests not_run, attacks not_run, races not_run");
}

// Three designs, the first of which is the fastest.
SummaryRow summary_with(const CheckRecords& records) {
  BenchSystem system;
  system.name = "toy";
  for (const char* name : {"reference", "fast", "faster"})
    system.implementations.push_back({.name = name, .contract = {}, .guarantees = {}});
  PanelTrials trials;
  for (const auto& [name, operations] :
       {std::pair{"reference", 100}, {again_name, 100}, {"fast", 200}, {"faster", 300}}) {
    TrialFigures trial;
    trial.window_s = 1;
    trial.operations = static_cast<std::uint64_t>(operations);
    PanelTrials::Rounds rounds;
    for (int round = 0; round < 12; ++round) rounds[round] = trial;
    trials.sittings[name] = {rounds};
  }
  return summarize(judge({&system, "all", 1}, trials, records));
}

TEST(ChecksTest, OnlyADesignThatHasPassedItsTestsIsRecommended) {
  EXPECT_EQ(summary_with(records_with("toy/fast ok\ntoy/faster ok\n", "")).best, "faster");

  const SummaryRow untested = summary_with(records_with("toy/fast ok\ntoy/faster failed\n", ""));
  EXPECT_EQ(untested.best, "fast");
  EXPECT_EQ(untested.untested, "faster");
  EXPECT_THAT(to_table({untested}), HasSubstr("faster was faster, but has not passed its tests"));

  EXPECT_EQ(summary_with(records_with("toy/fast ok\ntoy/faster ok\n", "toy/faster failed\n")).best, "fast");
  EXPECT_EQ(summary_with({}).best, "") << "nothing is known of any of them";
}

}  // namespace
}  // namespace contend
