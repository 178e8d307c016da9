#include "bench/statistics/checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "bench/statistics/fairness.hpp"
#include "bench/statistics/summary.hpp"
#include "impls/base/wrapping.hpp"

namespace contend {
namespace {

using testing::AllOf;
using testing::HasSubstr;

CheckRecords records_with(const std::string& tests, const std::string& attacks, const std::string& hunt = "") {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "contend_checks_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "tests") << tests;
  std::ofstream(folder / "attacks") << attacks;
  std::ofstream(folder / "hunt") << hunt;
  CheckRecords records(folder);
  std::filesystem::remove_all(folder);
  return records;
}

TEST(ChecksTest, TheLastLineOfADesignCounts) {
  const CheckRecords records = records_with("toy/one ok\ntoy/two failed\n", "toy/one failed\ntoy/one ok\n");
  EXPECT_EQ(records.of("toy", "one").describe(), "tests ok, attacks ok, races not_run, hunt not_run");
  EXPECT_EQ(records.of("toy", "two").describe(), "tests failed, attacks not_run, races not_run, hunt not_run");
  EXPECT_EQ(records.of("toy", "three").describe(), "tests not_run, attacks not_run, races not_run, hunt not_run");
}

BenchSystem toy_system(const std::vector<std::string>& designs) {
  BenchSystem system;
  system.name = "toy";
  for (const std::string& name : designs)
    system.implementations.push_back({.name = name, .contract = {}, .guarantees = {}});
  return system;
}

PanelTrials trials_of(const std::vector<std::pair<std::string, std::uint64_t>>& speeds) {
  PanelTrials trials;
  for (const auto& [name, operations] : speeds) {
    TrialFigures trial;
    trial.window_s = 1;
    trial.operations = operations;
    trial.bytes_per_entry = 1234;
    PanelTrials::Rounds rounds;
    for (int round = 0; round < 12; ++round) rounds[round] = trial;
    trials.sittings[name] = {rounds};
    for (int call = 0; call < 20'000; ++call) trials.times[name].add(999'400'000);
  }
  return trials;
}

// Three designs, the last of which is the fastest.
SummaryRow summary_with(const CheckRecords& records) {
  const BenchSystem system = toy_system({"reference", "fast", "faster"});
  const PanelTrials trials = trials_of({{"reference", 100}, {again_name, 100}, {"fast", 200}, {"faster", 300}});
  return summarize(judge({&system, "all", 1}, trials, records));
}

TEST(ChecksTest, OnlyADesignThatHasPassedItsTestsIsRecommended) {
  EXPECT_EQ(summary_with(records_with("toy/fast ok\ntoy/faster ok\n", "")).best, "faster");

  const SummaryRow untested = summary_with(records_with("toy/fast ok\ntoy/faster failed\n", ""));
  EXPECT_EQ(untested.best, "fast");
  EXPECT_EQ(untested.untested, "faster");
  EXPECT_THAT(to_table({untested}), HasSubstr("faster was faster, but has not passed its tests"));

  EXPECT_EQ(summary_with(records_with("toy/fast ok\ntoy/faster ok\n", "toy/faster failed\n")).best, "fast");
  EXPECT_EQ(summary_with(records_with("toy/fast ok\ntoy/faster ok\n", "", "toy/faster failed\n")).best, "fast");
  EXPECT_EQ(summary_with({}).best, "") << "nothing is known of any of them";
}

MATCHER(FitsATerminal, "has no line of more than 80 columns") {
  std::istringstream lines(arg);
  for (std::string line; std::getline(lines, line);) {
    if (line.size() > terminal_columns) return *result_listener << line, false;
  }
  return true;
}

TEST(TablesTest, FitATerminalWithLongNamesAndLargeNumbers) {
  const std::string longest(19, 'n');
  BenchSystem system = toy_system({"reference", longest});
  system.name = "rate_limiter";
  system.traits = {.unit = "tasks", .unit_scale = 1e6};
  const PanelTrials trials =
      trials_of({{"reference", 340'000'000}, {again_name, 340'000'000}, {longest, 3'990'000'000}, {noop_name, 1}});
  Panel panel = judge({&system, "a_workload_with_a_long_name", 64}, trials,
                      records_with("rate_limiter/" + longest + " ok\n", ""));
  EXPECT_THAT(to_table(panel), AllOf(FitsATerminal(), HasSubstr(longest + "     3990")));
  const SummaryRow row = summarize(panel);
  EXPECT_EQ(row.speed, "3990 Mtasks/s");
  EXPECT_THAT(to_table({row}), FitsATerminal());
  panel.rows.front().served_share = 1;
  EXPECT_THAT(to_table(panel), AllOf(FitsATerminal(), HasSubstr(" 100%")));
  TrialResult trial;
  trial.window_s = 1;
  trial.operations = 3'990'000'000;
  const FairnessTable fairness{&system, panel.plan.workload, 64, {judge_fairness(longest, {trial}, 999'999'999)}};
  EXPECT_THAT(to_table(fairness), FitsATerminal());
}

}  // namespace
}  // namespace contend
