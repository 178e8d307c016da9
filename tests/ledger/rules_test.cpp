// What the header says where designs that share their rules could all be wrong together: times, order of errors, fields
// that a command has no use for, bounds.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/books/journal.hpp"
#include "impls/ledger/ledger.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

using enum Status;

constexpr Currency euro = 978;
constexpr TimeNs latest_ns = std::numeric_limits<TimeNs>::max();

// Accounts 1, 2 and 3; there are 100 in account 1.
class LedgerRulesTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  void SetUp() override { reopen({}); }
  void TearDown() override { EXPECT_TRUE(ledger_->trial_balance().balanced()); }

  void reopen(const Ledger::Options& options, TimeNs now_ns = 0) {
    ledger_ = GetParam().make(options);
    for (const AccountId account : {1u, 2u, 3u}) ledger_->open_account(key(), account, euro, now_ns);
    ASSERT_EQ(ledger_->deposit(key(), 1, 100, now_ns).status, ok);
  }
  std::string key() { return fmt::format("key-{}", ++keys_); }
  Amount held(TimeNs now_ns) { return ledger_->balance(1, now_ns).held; }

  std::unique_ptr<Ledger> ledger_;
  int keys_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Implementations, LedgerRulesTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

// --- errors ---

TEST_P(LedgerRulesTest, AHoldIsJudgedInTheOrderOfStatus) {
  EXPECT_EQ(ledger_->hold(key(), 0, 2, 5, 0, 0).status, invalid_account);
  EXPECT_EQ(ledger_->hold(key(), 2, 2, 5, 0, 0).status, invalid_timeout);
  EXPECT_EQ(ledger_->hold(key(), 0, 0, 0, 0, 0).status, invalid_amount);
}

TEST_P(LedgerRulesTest, AFieldThatACommandHasNoUseForIsRefusedByName) {
  const auto refused = [&](Command command) {
    const std::string unique = key();
    command.key = unique;
    const Answer answer = ledger_->execute(command, 0);
    EXPECT_EQ(answer.status, invalid_field);
    return answer.field;
  };
  EXPECT_EQ(refused({.kind = CommandKind::withdraw, .key = {}, .payer = 7, .payee = 2, .amount = 5}),
            CommandField::payee);
  EXPECT_EQ(refused({.kind = CommandKind::transfer, .key = {}, .payer = 1, .payee = 2, .amount = 5, .reference = 4711}),
            CommandField::reference);
  EXPECT_EQ(refused({.kind = CommandKind::deposit, .key = {}, .payer = 2, .payee = 1, .amount = 5}),
            CommandField::payer);
  EXPECT_EQ(refused({.kind = CommandKind::void_hold, .key = {}, .amount = 5, .reference = 1}), CommandField::amount);
  EXPECT_EQ(
      refused(
          {.kind = CommandKind::hold, .key = {}, .payer = 1, .payee = 2, .amount = 5, .timeout_ns = 1, .due_ns = 1}),
      CommandField::due_ns);
  EXPECT_EQ(refused({.kind = static_cast<CommandKind>(200), .key = {}, .payer = 1, .payee = 2, .amount = 5}),
            CommandField::kind);
  EXPECT_EQ(ledger_->balance(1, 0).balance, 100);
}

TEST_P(LedgerRulesTest, ABoundlessCommandIsRefusedAndNotRemembered) {
  const std::vector<Leg> legs(1000, Leg{1, 2, 1});
  EXPECT_EQ(ledger_->transfer_chain("long", legs, 0).status, invalid_chain);
  const Command stray{.kind = CommandKind::deposit, .key = "long", .payee = 1, .amount = 1, .legs = legs};
  EXPECT_EQ(ledger_->execute(stray, 0).field, CommandField::legs);
  EXPECT_EQ(ledger_->execute({.kind = static_cast<CommandKind>(99), .key = "long"}, 0).field, CommandField::kind);
  EXPECT_FALSE(ledger_->transfer("long", 1, 2, 5, 0).replayed) << "the key was never used";
  EXPECT_EQ(ledger_->transfer_chain("long", legs, 0).status, key_conflict) << "now it is";
}

// --- times ---

TEST_P(LedgerRulesTest, TimesBeforeZeroAreTimesLikeOthers) {
  reopen({}, -2000);
  const Answer hold = ledger_->hold(key(), 1, 2, 90, 50, -1000);
  ASSERT_EQ(hold.status, ok);
  EXPECT_EQ(held(-951), 90);
  EXPECT_EQ(held(-950), 0);
  EXPECT_EQ(held(-900), 0);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 50, -900).status, ok);
  EXPECT_EQ(ledger_->post(key(), hold.id, 1, -100).status, hold_expired);
}

TEST_P(LedgerRulesTest, ARefusedCommandMovesNoTime) {
  for (const FailurePolicy failures : {FailurePolicy::final, FailurePolicy::retryable}) {
    reopen({.failures = failures});
    const Answer hold = ledger_->hold(key(), 1, 2, 60, 10, 0);
    EXPECT_EQ(ledger_->transfer(key(), 1, 2, -1, latest_ns - 1).status, invalid_amount);
    EXPECT_EQ(ledger_->transfer(key(), 1, 2, 1000, latest_ns - 1).status, insufficient_funds);
    EXPECT_EQ(ledger_->post(key(), hold.id, 1000, latest_ns - 1).status, hold_expired);
    EXPECT_EQ(ledger_->post(key(), hold.id, 20, 1).status, ok);
    ASSERT_EQ(ledger_->hold(key(), 1, 2, 60, 10, 5).status, ok);
    EXPECT_EQ(held(1'000'000), 0) << "and holds expire as before";
  }
}

TEST_P(LedgerRulesTest, AReadTellsOfItsOwnTimeAndMovesNone) {
  const Answer hold = ledger_->hold(key(), 1, 2, 90, 10, 0);
  EXPECT_EQ(held(1000), 0);
  EXPECT_EQ(held(5), 90);
  EXPECT_EQ(ledger_->post(key(), hold.id, 90, 5).status, ok);
}

TEST_P(LedgerRulesTest, ATimeoutCountsFromTheLaterOfNowAndTheAccountsTime) {
  ASSERT_EQ(ledger_->withdraw(key(), 1, 1, 1000).status, ok);
  ASSERT_EQ(ledger_->hold(key(), 1, 2, 60, 10, 5).status, ok);
  EXPECT_EQ(held(1009), 60);
  EXPECT_EQ(held(1010), 0);
}

TEST_P(LedgerRulesTest, WhatWouldEndAtTheLatestTimeNeverDoes) {
  const Answer hold = ledger_->hold(key(), 1, 2, 60, latest_ns, 5);
  EXPECT_EQ(held(latest_ns), 60);
  EXPECT_EQ(ledger_->post(key(), hold.id, 60, latest_ns).status, ok);
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 10, latest_ns, 2, 0).status, ok);
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, latest_ns, 1, 2, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(latest_ns, 10), (RunAnswer{.fired = 1}));
}

// Walked over each time, so many would take minutes.
TEST_P(LedgerRulesTest, HoldsThatHaveExpiredCostRefusalsAndReadsNothing) {
  constexpr std::size_t holds = 20'000;
  constexpr int calls = 20'000;
  ledger_->deposit(key(), 1, holds, 0);
  std::vector<std::string> keys;
  std::vector<Command> commands;
  for (std::size_t i = 0; i < holds; ++i) keys.push_back(key());
  for (const std::string& unique : keys) commands.push_back(Command::hold(unique, 1, 2, 1, 10));
  std::vector<Answer> answers(holds);
  ledger_->execute_batch(commands, 0, answers);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) ASSERT_EQ(held(10 + i), 0);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(ledger_->withdraw(key(), 1, 1'000'000, 20).status, insufficient_funds);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(held(9), static_cast<Amount>(holds)) << "and are there when it is asked for an earlier time";
}

// --- schedules ---

TEST_P(LedgerRulesTest, TheLatestMissedOccurrenceFiresInThePlaceOfItsOwnDueTime) {
  reopen({.catch_up = CatchUp::latest_only});
  ledger_->withdraw(key(), 1, 95, 0);
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 5, 10, 10, 3, 0).status, ok);
  ASSERT_EQ(ledger_->schedule(key(), 1, 3, 5, 20, 0, 1, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(35, 10), (RunAnswer{.fired = 1, .failed = 1, .skipped = 2}));
  EXPECT_EQ(ledger_->balance(3, 35).balance, 5) << "due at 20, before 30";
  EXPECT_EQ(ledger_->balance(2, 35).balance, 0);
}

TEST_P(LedgerRulesTest, MissingFourBillionOccurrencesTakesNoTime) {
  reopen({.catch_up = CatchUp::latest_only});
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 1, 1, most, 0).status, ok);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(ledger_->run_due(5'000'000'000, 1), (RunAnswer{.fired = 1, .skipped = most - 1}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_EQ(ledger_->balance(2, 0).balance, 1);
}

// --- answers ---

TEST_P(LedgerRulesTest, AnswersNameTheScheduleAndNoBalanceWhereNoMoneyMoves) {
  const Answer opened = ledger_->open_account(key(), 4, euro, 0);
  EXPECT_EQ(opened, (Answer{.status = ok}));
  const Answer planned = ledger_->schedule(key(), 1, 2, 1, 10, 10, 3, 0);
  EXPECT_EQ(planned, (Answer{.status = ok, .id = 1}));
  EXPECT_EQ(ledger_->cancel(key(), planned.id, 0), (Answer{.status = ok, .id = planned.id}));
  EXPECT_EQ(ledger_->cancel(key(), planned.id, 0), (Answer{.status = schedule_cancelled}));
}

TEST_P(LedgerRulesTest, RoomForMoreAccountsThanThereIsMemoryIsRefusedByName) {
  try {
    GetParam().make({.expected_accounts = std::numeric_limits<std::size_t>::max()});
    FAIL() << "no exception";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("expected_accounts is 18446744073709551615"));
  }
}

TEST_P(LedgerRulesTest, PoliciesThatThereAreNotAreRefusedByName) {
  const auto refusal = [](const Ledger::Options& options) -> std::string {
    try {
      GetParam().make(options);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing was wrong";
  };
  EXPECT_THAT(refusal({.failures = static_cast<FailurePolicy>(9)}), testing::HasSubstr("failures is 9"));
  EXPECT_THAT(refusal({.catch_up = static_cast<CatchUp>(9)}), testing::HasSubstr("catch_up is 9"));
}

TEST(JournalTest, HoldsAsManyTransactionsAsTheHeaderSays) {
  Journal journal;
  EXPECT_THROW(journal.reserve(max_transactions + 1), std::length_error);
  EXPECT_EQ(journal.last(), 0U) << "none was handed out";
  EXPECT_EQ(journal.reserve(1), 1U);
}

// --- several threads ---

// An audit counts an account iff it was open at the audit's instant: each account pays in once it is open.
TEST_P(LedgerRulesTest, AnAuditCountsTheAccountsOfItsInstant) {
  const std::unique_ptr<Ledger> ledger = GetParam().make({});
  const AccountId accounts = GetParam().guarantees.durable ? 200 : 4000;  // a sync for each
  std::atomic<bool> done{false};
  const std::jthread opener([&] {
    for (AccountId id = 1; id <= accounts; ++id) {
      ledger->open_account(fmt::format("open/{}", id), id, euro, 0);
      ledger->deposit(fmt::format("fill/{}", id), id, 1, 0);
    }
    done = true;
  });
  while (!done) {
    const TrialBalance trial = ledger->trial_balance();
    const std::size_t counted = trial.totals.empty() ? 0 : trial.totals[0].accounts;
    ASSERT_GE(counted, trial.as_of);
    ASSERT_LE(counted, trial.as_of + 1);
    ASSERT_TRUE(trial.balanced());
  }
}

// A conflict tells of a command that has happened: where refusals leave no trace, there is none with a refused one.
TEST_P(LedgerRulesTest, NobodyConflictsWithACommandThatLeftNoTrace) {
  reopen({.failures = FailurePolicy::retryable});
  for (int race = 0; race < 300; ++race) {
    const std::string shared = key();
    std::atomic<int> ready{0};
    Answer much;
    Answer little;
    const auto call = [&](Amount amount, Answer& answer) {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      answer = ledger_->transfer(shared, 1, 2, amount, 0);
    };
    {
      const std::jthread one([&] { call(1'000'000, much); });
      call(1, little);
    }
    ASSERT_FALSE(much.status == insufficient_funds && little.status == key_conflict) << "race " << race;
    ledger_->transfer(key(), 2, 1, 1, 0);
  }
}

}  // namespace
}  // namespace contend::ledger
