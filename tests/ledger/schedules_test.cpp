// Transfers that happen by themselves, when their time has come.

#include <limits>
#include <string>
#include <vector>

#include "tests/ledger/ledger_fixture.hpp"

namespace contend::ledger {
namespace {

TEST_P(LedgerTest, ScheduledTransfersFireAtTheirTimeAndNotBefore) {
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 10, 100, 0, 1, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(99, 10), RunAnswer{});
  EXPECT_EQ(ledger_->run_due(100, 10), (RunAnswer{.fired = 1}));
  EXPECT_EQ(ledger_->run_due(1000, 10), RunAnswer{});
  EXPECT_EQ(balance(2), 10);
}

TEST_P(LedgerTest, MissedOccurrencesAreCaughtUpInOrderOfDueTimeThenSchedule) {
  // Only this order pays: 2 -> 3 at 10 needs what 1 -> 2 (the earlier schedule) brings at 10.
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 20, 10, 10, 3, 0).status, ok);
  ASSERT_EQ(ledger_->schedule(key(), 2, 3, 20, 10, 10, 3, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(1000, 100), (RunAnswer{.fired = 6}));
  const std::vector<StatementEntry> entries = statement(2);
  ASSERT_EQ(entries.size(), 6u);
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].change, i % 2 == 0 ? 20 : -20);
}

TEST_P(LedgerTest, OnlyTheLatestMissedOccurrenceFiresUnderThatPolicy) {
  reopen({.catch_up = CatchUp::latest_only});
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 10, 10, 10, 5, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(39, 100), (RunAnswer{.fired = 1, .skipped = 2}));
  EXPECT_EQ(ledger_->run_due(1000, 100), (RunAnswer{.fired = 1, .skipped = 1}));
  EXPECT_EQ(balance(2), 20);
}

TEST_P(LedgerTest, AnOccurrenceThatFailsIsRecordedAndTheNextIsNotAffected) {
  ASSERT_EQ(ledger_->schedule(key(), 2, 3, 10, 10, 10, 2, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(10, 10), (RunAnswer{.failed = 1}));
  ledger_->transfer(key(), 1, 2, 50, 11);
  EXPECT_EQ(ledger_->run_due(19, 10), RunAnswer{}) << "what failed is not tried again";
  EXPECT_EQ(ledger_->run_due(20, 10), (RunAnswer{.fired = 1}));
}

TEST_P(LedgerTest, TheBudgetBoundsOneRunAndSaysThatMoreIsDue) {
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 1, 1, 5, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(100, 2), (RunAnswer{.fired = 2, .more = true}));
  EXPECT_EQ(ledger_->run_due(100, 3), (RunAnswer{.fired = 3}));
  EXPECT_EQ(balance(2), 5);
}

TEST_P(LedgerTest, TimeGoingBackFiresNothingTwice) {
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 10, 10, 3, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(20, 10), (RunAnswer{.fired = 2}));
  EXPECT_EQ(ledger_->run_due(5, 10), RunAnswer{});
  EXPECT_EQ(ledger_->run_due(20, 10), RunAnswer{});
  EXPECT_EQ(ledger_->run_due(30, 10), (RunAnswer{.fired = 1}));
  EXPECT_EQ(balance(2), 3);
}

TEST_P(LedgerTest, ACancelledScheduleFiresNoMore) {
  const Answer schedule = ledger_->schedule(key(), 1, 2, 1, 10, 10, 3, 0);
  EXPECT_EQ(ledger_->run_due(10, 10), (RunAnswer{.fired = 1}));
  EXPECT_EQ(ledger_->cancel(key(), schedule.id, 10).status, ok);
  EXPECT_EQ(ledger_->cancel(key(), schedule.id, 10).status, schedule_cancelled);
  EXPECT_EQ(ledger_->run_due(1000, 10), RunAnswer{});
  const Answer finished = ledger_->schedule(key(), 1, 2, 1, 10, 0, 1, 0);
  ledger_->run_due(10, 10);
  EXPECT_EQ(ledger_->cancel(key(), finished.id, 10).status, schedule_finished);
  EXPECT_EQ(ledger_->cancel(key(), 77, 10).status, unknown_schedule);
  EXPECT_EQ(ledger_->cancel(key(), 0, 10).status, unknown_schedule);
}

TEST_P(LedgerTest, TheLongestIntervalIsOneToo) {
  constexpr TimeNs first = std::numeric_limits<TimeNs>::min();
  constexpr DurationNs longest = std::numeric_limits<DurationNs>::max();
  const ScheduleId schedule = ledger_->schedule(key(), 1, 2, 1, first, longest, 3, first).id;
  EXPECT_EQ(ledger_->run_due(first, 10).fired, 1u);
  EXPECT_EQ(ledger_->run_due(-2, 10).fired, 0u);
  EXPECT_EQ(ledger_->run_due(-1, 10).fired, 1u);
  EXPECT_EQ(ledger_->run_due(longest - 1, 10).fired, 1u);
  EXPECT_EQ(ledger_->cancel(key(), schedule, longest - 1).status, schedule_finished);
}

TEST_P(LedgerTest, DueTimesThatDoNotFitNeverCome) {
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 10, std::numeric_limits<DurationNs>::max(), 2, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(std::numeric_limits<TimeNs>::max() - 1, 10), (RunAnswer{.fired = 1}));
}

}  // namespace
}  // namespace contend::ledger
