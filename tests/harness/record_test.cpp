#include "bench/record/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "bench/engine/google_benchmark.hpp"
#include "bench/record/results_json.hpp"
#include "bench/statistics/agreement.hpp"

namespace contend {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<BenchSystem>& systems() {
  static const std::vector<BenchSystem> all = [] {
    BenchSystem toy;
    toy.name = "toy";
    for (const char* name : {"reference", "fast"})
      toy.implementations.push_back({.name = name, .contract = {}, .guarantees = {}});
    return std::vector{toy};
  }();
  return all;
}

// One sitting in which `fast` is so many times as fast as the reference.
Record sitting(double times, int rounds = 4) {
  Record record;
  record.sittings = {{.seed = 5, .began = "2026-11-27T10:00:00Z", .seconds = 2, .complete = true}};
  for (int round = 0; round < rounds; ++round) {
    for (const auto& [name, speed] : {std::pair{"reference", 1000.0}, {again_name, 1000.0}, {"fast", 1000 * times}}) {
      TrialFigures figures;
      figures.threads = 2;
      figures.window_s = 1;
      figures.operations = static_cast<std::uint64_t>(speed);
      figures.operations_of = {figures.operations / 2, figures.operations / 2};
      record.trials.push_back({{&systems().front(), "all", 2}, name, 0, round, TrialKind::throughput, figures});
      record.times[{"toy", "all", 2, name}].add(100 * (round + 1));
    }
  }
  return record;
}
const PanelRow& row(const Findings& findings, const std::string& name) {
  return *std::ranges::find(findings.panels.front().rows, name, &PanelRow::implementation);
}

TEST(RecordTest, SittingsArePutTogether) {
  Record record = sitting(2);
  record.append(sitting(2));
  record.append(sitting(2));
  const Findings findings = judge(record, {});
  ASSERT_EQ(findings.panels.size(), 1U);
  EXPECT_EQ(findings.panels.front().sittings, 3);
  EXPECT_EQ(findings.panels.front().rounds, 12);
  EXPECT_EQ(row(findings, "fast").to_reference.of_sittings.size(), 3U);
  EXPECT_EQ(row(findings, "fast").to_reference.comparison, Comparison::win);
  EXPECT_EQ(row(findings, again_name).to_reference.comparison, Comparison::tie);
  EXPECT_THAT(findings.panels.front().open(), IsEmpty());
}

TEST(RecordTest, AYardstickThatDiffersFromItselfIsAFalseCall) {
  Record record;
  for (int i = 0; i < 3; ++i) {
    Record one = sitting(2);
    for (TrialRecord& trial : one.trials) {
      if (trial.implementation == again_name) trial.figures.operations = 1200;
    }
    record.append(one);
  }
  const Findings findings = judge(record, {});
  EXPECT_EQ(findings.false_calls, 1);
  EXPECT_THAT(findings.panels.front().answer, HasSubstr("do not believe"));
  EXPECT_THAT(told_trust(record, findings), HasSubstr("called different in 1 of 1"));
}

TEST(RecordTest, ItIsToldHowManySlowedCopiesWereSeen) {
  Record record;
  for (int i = 0; i < 3; ++i) {
    const Record plain = sitting(2);
    Record one = plain;
    for (TrialRecord trial : plain.trials) {
      if (trial.implementation != "reference") continue;
      for (const auto& [percent, operations] : {std::pair{20, 833U}, {1, 995U}}) {
        trial.implementation = slowed_name(percent);
        trial.figures.operations = operations;
        one.trials.push_back(trial);
      }
    }
    record.append(one);
  }
  const Findings findings = judge(record, {});
  EXPECT_EQ(findings.slowed.at(20).called, 1);
  EXPECT_EQ(findings.slowed.at(1).called, 0);
  EXPECT_EQ(findings.slowed.at(1).panels, 1);
  EXPECT_FALSE(row(findings, slowed_name(20)).may_be_picked());
  EXPECT_THAT(told_trust(record, findings), HasSubstr("slower by 20 %: called slower in 1 of 1 panels"));
}

// A machine that is slower from trial to trial: what the reference did in its turns says so, and the ratio stays.
TEST(RecordTest, TurnsInOneTrialCountForMoreThanTrialsOfOneRound) {
  Record record;
  for (int i = 0; i < 3; ++i) {
    Record one = sitting(2);
    double mood = 1;
    for (TrialRecord& trial : one.trials) {
      mood = mood > 3 ? 1 : mood * 1.7;
      trial.figures.operations = static_cast<std::uint64_t>(static_cast<double>(trial.figures.operations) / mood);
      trial.figures.reference_per_s = 1000 / mood;
    }
    record.append(one);
  }
  const Findings findings = judge(record, {});
  EXPECT_NEAR(row(findings, "fast").to_reference.ratio, 2, 0.01);
  EXPECT_EQ(row(findings, "fast").to_reference.comparison, Comparison::win);
  EXPECT_EQ(row(findings, again_name).to_reference.comparison, Comparison::tie);
  EXPECT_EQ(row(findings, "fast").to_best.comparison, row(findings, again_name).to_best.comparison);
}

// Whoever is built second is a fifth faster than the other; rounds alternate who that is.
TEST(RecordTest, WhoIsBuiltSecondGainsNothingByIt) {
  Record record;
  for (int i = 0; i < 3; ++i) {
    Record one = sitting(1.1);
    for (TrialRecord& trial : one.trials) {
      trial.figures.reference_per_s = 1000;
      const double second = trial.round % 2 == 1 ? 1.2 : 1 / 1.2;
      trial.figures.operations = static_cast<std::uint64_t>(static_cast<double>(trial.figures.operations) * second);
    }
    record.append(one);
  }
  const Findings findings = judge(record, {});
  EXPECT_NEAR(row(findings, "fast").to_reference.ratio, 1.1, 0.01);
  EXPECT_EQ(row(findings, "fast").to_reference.comparison, Comparison::win);
  EXPECT_EQ(row(findings, again_name).to_reference.comparison, Comparison::tie);
}

TEST(RecordTest, SittingsWithTurnsAndWithoutAreNotMixed) {
  Record record = sitting(2, 8);
  record.append(sitting(2, 8));
  for (TrialRecord& trial : record.trials) {
    if (trial.sitting == 0) trial.figures.reference_per_s = 1000;
  }
  const Findings findings = judge(record, {});
  EXPECT_NEAR(row(findings, "fast").to_reference.ratio, 2, 1e-9);
  EXPECT_EQ(row(findings, "fast").to_reference.of_sittings.size(), 1U);
}

TEST(RecordTest, WhatADesignOwesToItsLocksIsToldApartFromItsTable) {
  Record record;
  for (int i = 0; i < 3; ++i) {
    const Record plain = sitting(6);
    Record one = plain;
    for (TrialRecord trial : plain.trials) {
      if (trial.implementation != "reference") continue;
      trial.implementation = one_lock_name;
      trial.figures.operations = 4000;
      one.trials.push_back(trial);
    }
    record.append(one);
  }
  const Findings findings = judge(record, {});
  EXPECT_NEAR(row(findings, "fast").to_one_lock.ratio, 1.5, 1e-9);
  EXPECT_FALSE(row(findings, one_lock_name).to_one_lock.interval);
  EXPECT_FALSE(row(findings, "reference").to_one_lock.interval);
  EXPECT_THAT(findings.panels.front().answer, HasSubstr("6.00 times the reference, 1.50 times one_lock"));
}

TEST(RecordTest, NamesOfSlowedCopiesAreReadBack) {
  EXPECT_EQ(slowed_percent(slowed_name(5)), 5);
  for (const char* other : {"reference", again_name, "reference, 5 % faster", "reference, 05 % slower", "striped"}) {
    EXPECT_EQ(slowed_percent(other), std::nullopt) << other;
  }
}

TEST(RecordTest, ABusyMachineGivesNoVerdict) {
  Record record = sitting(2);
  record.append(sitting(2));
  for (std::size_t i = 0; i < record.trials.size(); i += 3) record.trials[i].figures.others_core = 0.5;
  EXPECT_TRUE(record.is_busy());
  const Findings findings = judge(record, {});
  EXPECT_EQ(row(findings, "fast").to_reference.comparison, Comparison::undecided);
  EXPECT_THAT(told_trust(record, findings), HasSubstr("Too busy for verdicts"));
}

class ResultFileTest : public testing::Test {
 protected:
  ~ResultFileTest() override { std::filesystem::remove_all(folder_); }

  ResultFile written(const std::string& name, const Record& record, const Measured& measured = {}) {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / name) << sitting_json(record, measured);
    return read_results(folder_ / name, systems());
  }

  const std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / "contend_record_test";
};

TEST_F(ResultFileTest, WhatIsWrittenIsReadBack) {
  const Record record = sitting(3);
  const ResultFile file = written("a.json", record);
  EXPECT_EQ(sitting_json(file.record, {}), sitting_json(record, {}));
  EXPECT_EQ(file.record.trials.size(), record.trials.size());
  EXPECT_EQ(row(judge(file.record, {}), "fast").p50_ns, row(judge(record, {}), "fast").p50_ns);
}

// A rate as a sitting leaves it: one trial in which `behind` of one fell behind.
RateFigures at_rate(AskedRate asked, double per_s, int behind) {
  RateFigures rate{.asked = asked,
                   .rate_per_s = per_s,
                   .trials = 1,
                   .behind = behind,
                   .due = 100,
                   .served = 90,
                   .trouble = {},
                   .times = {}};
  for (int ns = 1; ns <= 100; ++ns) rate.times.add(1000 * ns);
  return rate;
}

TEST_F(ResultFileTest, RatesAreReadBackAndPutTogether) {
  Record record = sitting(2);
  record.rates[{"toy", "all", 2, "fast"}] = {at_rate({.share = 0.5}, 1000, 0), at_rate({.per_s = 300}, 300, 1)};
  record.rates[{"toy", "all", 2, noop_name}] = {at_rate({.share = 0.5}, 500, 0)};
  EXPECT_EQ(sitting_json(written("a.json", record).record, {}), sitting_json(record, {}));

  Record other = sitting(2);
  other.rates[{"toy", "all", 2, "fast"}] = {at_rate({.share = 0.5}, 2000, 1)};
  const ResultFile merged = merge({written("a.json", record), written("b.json", other)});
  const Findings findings = judge(merged.record, {});
  const PanelRow& fast = row(findings, "fast");
  ASSERT_EQ(fast.rates.size(), 2U);
  EXPECT_EQ(fast.rates[0].rate_per_s, 1500);
  EXPECT_EQ(fast.rates[0].times.total(), 200U);
  EXPECT_FALSE(fast.rates[0].overloaded()) << "one of two trials fell behind";
  EXPECT_TRUE(fast.rates[1].overloaded());
}

TEST_F(ResultFileTest, ThePageFindsLatenciesAndTheirFloor) {
  Record record = sitting(2);
  record.rates[{"toy", "all", 2, "fast"}] = {at_rate({.share = 0.5}, 1000, 1)};
  record.rates[{"toy", "all", 2, noop_name}] = {at_rate({.share = 0.5}, 1000, 0)};
  record.trials.push_back({{&systems().front(), "all", 2}, noop_name, 0, 0, TrialKind::throughput, {}});
  const ResultFile file = written("a.json", record);
  const std::string json = results_json(file, judge(record, {}), systems(), {});
  for (const char* part : {R"("floor": {)", R"("implementation": "noop")", R"("latency": {)", R"("overloaded": true)",
                           R"("share": 0.5)", R"("served": 0.9)", R"("buckets_ns": [)"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST_F(ResultFileTest, AFileWithoutRatesIsStillRead) {
  std::filesystem::create_directories(folder_);
  std::string text = sitting_json(sitting(2), {});
  text.replace(text.find(R"("x_rates":[],)"), 13, "");
  std::ofstream(folder_ / "schema4.json") << text;
  EXPECT_EQ(read_results(folder_ / "schema4.json", systems()).record.trials.size(), sitting(2).trials.size());
}

TEST_F(ResultFileTest, TheWholeResultCanBeMergedAgain) {
  ResultFile merged = merge({written("a.json", sitting(2)), written("b.json", sitting(2))});
  std::ofstream(folder_ / "ab.json") << results_json(merged, judge(merged.record, {}), systems(), {});
  const ResultFile again = merge({read_results(folder_ / "ab.json", systems()), written("c.json", sitting(2))});
  EXPECT_EQ(again.record.sittings.size(), 3U);
  EXPECT_EQ(judge(again.record, {}).panels.front().rounds, 12);
}

TEST_F(ResultFileTest, OtherBuildsAreNotMixed) {
  Measured longer;
  longer.window_ms = 77;
  const ResultFile other = written("b.json", sitting(2), longer);
  EXPECT_THROW(merge({written("a.json", sitting(2)), other}), std::invalid_argument);
}

TEST_F(ResultFileTest, TheSameNameForAnotherWorkloadIsNoticed) {
  const auto with_keys = [&](const std::string& name, const char* commit, std::int64_t keys) {
    setenv("CONTEND_COMMIT", commit, 1);  // NOLINT(concurrency-mt-unsafe): one thread
    std::vector<BenchSystem> all = systems();
    all.front().vocabulary = {{.name = "keys", .otherwise = keys, .most = 1000, .meaning = ""}};
    const ResultFile measured = written("sitting.json", sitting(2));
    unsetenv("CONTEND_COMMIT");  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(folder_ / name) << results_json(measured, judge(measured.record, {}), all, {});
    return read_results(folder_ / name, systems());
  };
  const ResultFile now = with_keys("now.json", "b", 100);
  EXPECT_THAT(systems_of_other_words(now, with_keys("same.json", "c", 100)), IsEmpty());
  EXPECT_THAT(systems_of_other_words(now, with_keys("more.json", "c", 200)), testing::ElementsAre("toy"));
  EXPECT_THAT(systems_of_other_words(now, with_keys("sources.json", "b", 100)), IsEmpty());
  const ResultFile before = written("before.json", sitting(2));  // says nothing of words
  EXPECT_THAT(systems_of_other_words(now, before), testing::ElementsAre("toy"));
}

TEST_F(ResultFileTest, OtherFilesAreRefusedWithTheReason) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "old.json") << R"({"context": {}, "x_trials": []})";
  std::ofstream(folder_ / "cut.json") << R"({"context": {}, "x_sittings": [{"seed": 1}]})";
  for (const char* name : {"old.json", "cut.json", "none.json"}) {
    EXPECT_THROW(read_results(folder_ / name, systems()), std::invalid_argument) << name;
  }
}

TEST(AgreementTest, VerdictsThatTurnRoundAreNamed) {
  const auto panels = [](double times) {
    Record record = sitting(times);
    record.append(sitting(times));
    return judge(record, {}).panels;
  };
  const Agreement same = agreement_of(panels(2), panels(2));
  EXPECT_TRUE(same.holds());
  EXPECT_EQ(same.pairs, 2);
  const Agreement turned = agreement_of(panels(2), panels(0.5));
  EXPECT_FALSE(turned.holds());
  ASSERT_EQ(turned.turned.size(), 1U);
  EXPECT_EQ(turned.turned.front().row, "toy/fast/all/threads:2");
  EXPECT_EQ(turned.overlap, 1);
}

}  // namespace
}  // namespace contend
