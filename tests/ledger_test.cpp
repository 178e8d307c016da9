// What every ledger must answer, one caller at a time: each test is a row of the acceptance list.

#include "impls/ledger/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "impls/base/registry.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

using enum Status;

constexpr Currency euro = 978;
constexpr Currency dollar = 840;
constexpr Amount max_amount = std::numeric_limits<Amount>::max();

class LedgerTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  void SetUp() override { reopen({}); }

  // Whatever a test did, no money may have appeared or vanished.
  void TearDown() override { EXPECT_TRUE(ledger_->trial_balance().balanced()); }

  void reopen(const Ledger::Options& options) {
    ledger_ = GetParam().make(options);
    for (const AccountId account : {1u, 2u, 3u}) ASSERT_EQ(open(account, euro), ok);
    ASSERT_EQ(open(9, dollar), ok);
    ASSERT_EQ(ledger_->deposit(key(), 1, 100, 0).status, ok);
  }

  Status open(AccountId account, Currency currency) {
    return ledger_->open_account(key(), account, currency, 0).status;
  }
  Amount balance(AccountId account, TimeNs now_ns = 0) { return ledger_->balance(account, now_ns).balance; }
  Amount held(AccountId account, TimeNs now_ns) { return ledger_->balance(account, now_ns).held; }
  std::vector<StatementEntry> statement(AccountId account) {
    std::vector<StatementEntry> entries;
    EXPECT_EQ(ledger_->statement(account, 0, std::numeric_limits<TransactionId>::max(), 1000, entries), ok);
    return entries;
  }
  // A key that no other call uses.
  std::string key() { return "key-" + std::to_string(++keys_); }

  std::unique_ptr<Ledger> ledger_;
  int keys_ = 0;
};

TEST_P(LedgerTest, MovesMoneyBetweenAccounts) {
  const Answer answer = ledger_->transfer(key(), 1, 2, 30, 0);
  EXPECT_EQ(answer.status, ok);
  EXPECT_EQ(answer.balance, 70);
  EXPECT_FALSE(answer.replayed);
  EXPECT_EQ(balance(1), 70);
  EXPECT_EQ(balance(2), 30);
}

TEST_P(LedgerTest, WithdrawsDownToZeroAndNotBelow) {
  EXPECT_EQ(ledger_->withdraw(key(), 1, 101, 0).status, insufficient_funds);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 100, 0).balance, 0);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 1, 0).status, insufficient_funds);
}

TEST_P(LedgerTest, TransactionIdsGrowInOrderOfEffect) {
  const Answer first = ledger_->transfer(key(), 1, 2, 1, 0);
  const Answer refused = ledger_->transfer(key(), 1, 2, 1000, 0);
  const Answer second = ledger_->deposit(key(), 2, 1, 0);
  EXPECT_EQ(refused.id, 0u);
  EXPECT_GT(second.id, first.id);
}

// --- idempotency ---

TEST_P(LedgerTest, ReplayAnswersWhatWasRecordedNotTheBalanceOfNow) {
  const Answer first = ledger_->deposit("k1", 2, 100, 0);
  ledger_->withdraw("k2", 2, 30, 0);
  Answer again = ledger_->deposit("k1", 2, 100, 99);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.balance, 100);
  again.replayed = false;
  EXPECT_EQ(again, first);
  EXPECT_EQ(balance(2), 70);
}

struct ConflictCase {
  CommandField field;
  void (*change)(Command&);
};
const std::array<Leg, 1> other_legs{Leg{1, 3, 5}};
const ConflictCase conflicts[] = {
    {CommandField::kind, [](Command& command) { command.kind = CommandKind::hold; }},
    {CommandField::payer, [](Command& command) { command.payer = 3; }},
    {CommandField::payee, [](Command& command) { command.payee = 3; }},
    {CommandField::amount, [](Command& command) { command.amount = 6; }},
    {CommandField::currency, [](Command& command) { command.currency = dollar; }},
    {CommandField::reference, [](Command& command) { command.reference = 1; }},
    {CommandField::timeout_ns, [](Command& command) { command.timeout_ns = 1; }},
    {CommandField::due_ns, [](Command& command) { command.due_ns = 1; }},
    {CommandField::interval_ns, [](Command& command) { command.interval_ns = 1; }},
    {CommandField::occurrences, [](Command& command) { command.occurrences = 1; }},
    {CommandField::legs, [](Command& command) { command.legs = other_legs; }},
};

TEST_P(LedgerTest, SameKeyWithAnotherPayloadIsAConflictThatNamesTheField) {
  const Command command = Command::transfer("k", 1, 2, 5);
  ASSERT_EQ(ledger_->execute(command, 0).status, ok);
  for (const ConflictCase& conflict : conflicts) {
    Command changed = command;
    conflict.change(changed);
    const Answer answer = ledger_->execute(changed, 0);
    EXPECT_EQ(answer.status, key_conflict) << to_string(conflict.field);
    EXPECT_EQ(answer.field, conflict.field) << to_string(answer.field);
  }
  EXPECT_EQ(balance(1), 95);
  EXPECT_TRUE(ledger_->execute(command, 0).replayed) << "a conflict must not replace what the key stands for";
}

TEST_P(LedgerTest, AChainIsComparedLegByLeg) {
  const std::array legs{Leg{1, 2, 5}, Leg{2, 3, 5}};
  const std::array other{Leg{1, 2, 5}, Leg{2, 3, 4}};
  ASSERT_EQ(ledger_->transfer_chain("k", legs, 0).status, ok);
  EXPECT_TRUE(ledger_->transfer_chain("k", legs, 0).replayed);
  EXPECT_EQ(ledger_->transfer_chain("k", other, 0).field, CommandField::legs);
}

TEST_P(LedgerTest, AFailedOutcomeIsFinalForItsKey) {
  EXPECT_EQ(ledger_->withdraw("k", 2, 10, 0).status, insufficient_funds);
  ledger_->deposit(key(), 2, 50, 0);
  const Answer again = ledger_->withdraw("k", 2, 10, 0);
  EXPECT_EQ(again.status, insufficient_funds);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(balance(2), 50);
}

TEST_P(LedgerTest, AFailedOutcomeMayBeRetriedUnderThatPolicy) {
  reopen({.failures = FailurePolicy::retryable});
  EXPECT_EQ(ledger_->withdraw("k", 2, 10, 0).status, insufficient_funds);
  ledger_->deposit(key(), 2, 50, 0);
  const Answer again = ledger_->withdraw("k", 2, 10, 0);
  EXPECT_EQ(again.status, ok);
  EXPECT_FALSE(again.replayed);
  EXPECT_TRUE(ledger_->withdraw("k", 2, 10, 0).replayed) << "success is final under every policy";
}

TEST_P(LedgerTest, KeysAreCheckedBeforeAllElse) {
  const std::string longest(max_idempotency_key_bytes, 'k');
  EXPECT_EQ(ledger_->deposit("", 1, -1, 0).status, invalid_key);
  EXPECT_EQ(ledger_->deposit(longest + "k", 1, 1, 0).status, invalid_key);
  EXPECT_EQ(ledger_->deposit("schedule:1/1", 1, 1, 0).status, invalid_key);
  EXPECT_EQ(ledger_->deposit(longest, 1, 1, 0).status, ok);
  EXPECT_EQ(ledger_->deposit(std::string("nul\0x", 5), 1, 1, 0).status, ok);
  EXPECT_EQ(ledger_->deposit(std::string("nul\0y", 5), 1, 1, 0).status, ok) << "keys are bytes, not C strings";
}

// --- precedence: with several things wrong, the first in the order of Status is the answer ---

TEST_P(LedgerTest, ErrorsHaveAFixedPrecedence) {
  EXPECT_EQ(ledger_->transfer(key(), 0, 0, 0, 0).status, invalid_amount);
  EXPECT_EQ(ledger_->transfer(key(), 0, 0, 1, 0).status, invalid_account);
  EXPECT_EQ(ledger_->transfer(key(), 77, 77, 1, 0).status, same_account);
  EXPECT_EQ(ledger_->transfer(key(), 77, 88, 1, 0).status, unknown_account);
  EXPECT_EQ(ledger_->transfer(key(), 2, 9, 1000, 0).status, currency_mismatch);
  EXPECT_EQ(ledger_->transfer(key(), 2, 1, 1000, 0).status, insufficient_funds);
  EXPECT_EQ(ledger_->hold(key(), 77, 88, 0, 0, 0).status, invalid_amount);
  EXPECT_EQ(ledger_->hold(key(), 77, 88, 1, 0, 0).status, invalid_timeout);
  EXPECT_EQ(ledger_->hold(key(), 77, 77, 1, 1, 0).status, same_account);
  EXPECT_EQ(ledger_->schedule(key(), 77, 88, 1, 0, 1, 0, 0).status, invalid_schedule);
  EXPECT_EQ(ledger_->schedule(key(), 77, 77, 1, 0, 1, 1, 0).status, same_account);
  EXPECT_EQ(ledger_->post(key(), 77, 0, 0).status, invalid_amount);
}

TEST_P(LedgerTest, UnknownAccountSaysWhichSide) {
  EXPECT_EQ(ledger_->transfer(key(), 77, 88, 1, 0).field, CommandField::payer);
  EXPECT_EQ(ledger_->transfer(key(), 1, 88, 1, 0).field, CommandField::payee);
  EXPECT_EQ(ledger_->deposit(key(), 88, 1, 0).field, CommandField::payee);
  EXPECT_EQ(ledger_->withdraw(key(), 88, 1, 0).field, CommandField::payer);
  EXPECT_EQ(ledger_->balance(88, 0).status, unknown_account);
  EXPECT_EQ(ledger_->balance_at(88, 1).status, unknown_account);
  std::vector<StatementEntry> entries(3);
  EXPECT_EQ(ledger_->statement(88, 0, 9, 9, entries), unknown_account);
  EXPECT_TRUE(entries.empty());
}

TEST_P(LedgerTest, NegativeAndZeroAmountsAreRefused) {
  for (const Amount amount : {Amount{0}, Amount{-1}, std::numeric_limits<Amount>::min()}) {
    EXPECT_EQ(ledger_->deposit(key(), 1, amount, 0).status, invalid_amount);
    EXPECT_EQ(ledger_->withdraw(key(), 1, amount, 0).status, invalid_amount);
    EXPECT_EQ(ledger_->transfer(key(), 1, 2, amount, 0).status, invalid_amount);
    EXPECT_EQ(ledger_->schedule(key(), 1, 2, amount, 0, 1, 1, 0).status, invalid_amount);
  }
  EXPECT_EQ(balance(1), 100);
}

TEST_P(LedgerTest, ASelfTransferIsRefusedAndLocksNothingForEver) {
  EXPECT_EQ(ledger_->transfer(key(), 1, 1, 10, 0).status, same_account);
  EXPECT_EQ(ledger_->transfer(key(), 1, 2, 10, 0).status, ok);
}

TEST_P(LedgerTest, AnAccountOpensOnce) {
  EXPECT_EQ(open(1, euro), account_exists);
  EXPECT_EQ(open(0, euro), invalid_account);
  EXPECT_EQ(open(std::numeric_limits<AccountId>::max(), euro), ok);
}

TEST_P(LedgerTest, SumsThatDoNotFitAreRefused) {
  EXPECT_EQ(ledger_->deposit(key(), 2, max_amount, 0).status, ok);
  EXPECT_EQ(ledger_->deposit(key(), 2, 1, 0).status, balance_overflow);
  EXPECT_EQ(ledger_->transfer(key(), 1, 2, 1, 0).status, balance_overflow);
  EXPECT_EQ(balance(1), 100);
  EXPECT_EQ(balance(2), max_amount);
  EXPECT_TRUE(ledger_->trial_balance().balanced()) << "the sum over accounts is wider than one balance";
}

TEST_P(LedgerTest, DepositsThatAddUpBeyondTheRangeAreRefusedEvenWhenTheMoneyHasMovedOn) {
  EXPECT_EQ(ledger_->deposit(key(), 2, max_amount, 0).status, ok);
  EXPECT_EQ(ledger_->transfer(key(), 2, 3, max_amount, 0).status, ok);
  EXPECT_EQ(ledger_->deposit(key(), 2, 1, 0).status, balance_overflow);
}

// --- chains ---

TEST_P(LedgerTest, AChainHappensAsAWholeAndLegsSeeEarlierLegs) {
  const std::array legs{Leg{1, 2, 100}, Leg{2, 3, 100}, Leg{3, 1, 40}};
  const Answer answer = ledger_->transfer_chain(key(), legs, 0);
  EXPECT_EQ(answer.status, ok);
  EXPECT_EQ(answer.balance, 40);
  EXPECT_EQ(balance(1), 40);
  EXPECT_EQ(balance(2), 0);
  EXPECT_EQ(balance(3), 60);
  EXPECT_EQ(statement(3).back().id, answer.id + 2);
}

TEST_P(LedgerTest, AChainThatFailsLeavesNothingAndNamesItsFirstFailedLeg) {
  const std::array legs{Leg{1, 2, 100}, Leg{2, 3, 50}, Leg{1, 3, 1}, Leg{3, 3, 1}};
  const Answer answer = ledger_->transfer_chain(key(), legs, 0);
  EXPECT_EQ(answer.status, insufficient_funds);
  EXPECT_EQ(answer.leg, 2u);
  EXPECT_EQ(balance(1), 100);
  EXPECT_EQ(balance(2), 0);
  EXPECT_EQ(statement(1).size(), 1u);
  EXPECT_TRUE(statement(3).empty());
}

TEST_P(LedgerTest, AChainHasAtLeastOneLegAndABoundedNumber) {
  EXPECT_EQ(ledger_->transfer_chain(key(), {}, 0).status, invalid_chain);
  std::vector<Leg> legs(max_chain_legs, Leg{1, 2, 1});
  EXPECT_EQ(ledger_->transfer_chain(key(), legs, 0).status, ok);
  legs.push_back({1, 2, 1});
  EXPECT_EQ(ledger_->transfer_chain(key(), legs, 0).status, invalid_chain);
  EXPECT_EQ(balance(2), static_cast<Amount>(max_chain_legs));
}

// --- holds ---

TEST_P(LedgerTest, AHoldSetsMoneyAsideAndAPostMovesPartOfIt) {
  const Answer hold = ledger_->hold(key(), 1, 2, 60, 10, 0);
  ASSERT_EQ(hold.status, ok);
  EXPECT_EQ(held(1, 0), 60);
  EXPECT_EQ(balance(1), 100);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 41, 0).status, insufficient_funds);
  EXPECT_EQ(ledger_->post(key(), hold.id, 61, 1).status, exceeds_hold);
  EXPECT_EQ(ledger_->post(key(), hold.id, 50, 1).status, ok);
  EXPECT_EQ(held(1, 1), 0);
  EXPECT_EQ(balance(1), 50);
  EXPECT_EQ(balance(2), 50);
}

TEST_P(LedgerTest, AHoldResolvesAtMostOnce) {
  const Answer posted = ledger_->hold(key(), 1, 2, 10, 10, 0);
  const Answer voided = ledger_->hold(key(), 1, 2, 10, 10, 0);
  EXPECT_EQ(ledger_->post(key(), posted.id, 10, 1).status, ok);
  EXPECT_EQ(ledger_->void_hold(key(), voided.id, 1).status, ok);
  for (const TransactionId hold : {posted.id, voided.id}) {
    EXPECT_EQ(ledger_->post(key(), hold, 1, 1).status, hold_resolved);
    EXPECT_EQ(ledger_->void_hold(key(), hold, 1).status, hold_resolved);
  }
  EXPECT_EQ(balance(1), 90);
  EXPECT_EQ(held(1, 1), 0);
}

TEST_P(LedgerTest, AHoldEndsAtItsDeadlineAndNotBefore) {
  const Answer hold = ledger_->hold(key(), 1, 2, 60, 10, 5);
  EXPECT_EQ(held(1, 14), 60);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 41, 14).status, insufficient_funds);
  EXPECT_EQ(held(1, 15), 0);
  EXPECT_EQ(ledger_->post(key(), hold.id, 1, 15).status, hold_expired);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 100, 16).status, ok);
}

TEST_P(LedgerTest, AnExpiredHoldDoesNotComeBackWhenTimeGoesBack) {
  const Answer hold = ledger_->hold(key(), 1, 2, 60, 10, 0);
  EXPECT_EQ(ledger_->withdraw(key(), 1, 50, 10).status, ok);
  EXPECT_EQ(ledger_->post(key(), hold.id, 10, 5).status, hold_expired);
  EXPECT_EQ(held(1, 0), 0);
}

TEST_P(LedgerTest, OnlyHoldsCanBePosted) {
  const Answer transfer = ledger_->transfer(key(), 1, 2, 1, 0);
  EXPECT_EQ(ledger_->post(key(), transfer.id, 1, 0).status, unknown_hold);
  EXPECT_EQ(ledger_->post(key(), 12345, 1, 0).status, unknown_hold);
  EXPECT_EQ(ledger_->void_hold(key(), 0, 0).status, unknown_hold);
}

// --- reversals ---

TEST_P(LedgerTest, AReversalIsANewTransactionAndHappensOnce) {
  const Answer transfer = ledger_->transfer(key(), 1, 2, 30, 0);
  const Answer reversal = ledger_->reverse(key(), transfer.id, 0);
  EXPECT_EQ(reversal.status, ok);
  EXPECT_GT(reversal.id, transfer.id);
  EXPECT_EQ(balance(1), 100);
  EXPECT_EQ(statement(1).size(), 3u) << "the original entry stays";
  EXPECT_EQ(ledger_->reverse(key(), transfer.id, 0).status, already_reversed);
  EXPECT_EQ(ledger_->reverse(key(), reversal.id, 0).status, not_reversible);
  EXPECT_EQ(balance(1), 100);
}

TEST_P(LedgerTest, AReversalNeedsTheMoneyToBeThere) {
  const Answer transfer = ledger_->transfer(key(), 1, 2, 30, 0);
  ledger_->transfer(key(), 2, 3, 20, 0);
  EXPECT_EQ(ledger_->reverse(key(), transfer.id, 0).status, insufficient_funds);
  ledger_->transfer(key(), 3, 2, 20, 0);
  EXPECT_EQ(ledger_->reverse(key(), transfer.id, 0).status, ok) << "a refused reversal does not use up the right to it";
}

TEST_P(LedgerTest, DepositsWithdrawalsAndLegsCanBeReversed) {
  const Answer deposit = ledger_->deposit(key(), 2, 10, 0);
  const Answer withdrawal = ledger_->withdraw(key(), 1, 10, 0);
  const std::array legs{Leg{1, 3, 7}, Leg{1, 2, 8}};
  const Answer chain = ledger_->transfer_chain(key(), legs, 0);
  EXPECT_EQ(ledger_->reverse(key(), deposit.id, 0).status, ok);
  EXPECT_EQ(ledger_->reverse(key(), withdrawal.id, 0).status, ok);
  EXPECT_EQ(ledger_->reverse(key(), chain.id, 0).status, ok) << "the first leg alone";
  EXPECT_EQ(balance(1), 92);
  EXPECT_EQ(balance(2), 8);
  EXPECT_EQ(balance(3), 0);
}

TEST_P(LedgerTest, UnknownTransactionsAndHoldsAreNotReversed) {
  const Answer hold = ledger_->hold(key(), 1, 2, 60, 10, 0);
  EXPECT_EQ(ledger_->reverse(key(), hold.id, 0).status, not_reversible);
  EXPECT_EQ(ledger_->reverse(key(), 0, 0).status, unknown_transaction);
  EXPECT_EQ(ledger_->reverse(key(), 4711, 0).status, unknown_transaction);
  EXPECT_EQ(ledger_->reverse(key(), std::numeric_limits<TransactionId>::max(), 0).status, unknown_transaction);
}

// --- scheduled transfers ---

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

TEST_P(LedgerTest, DueTimesThatDoNotFitNeverCome) {
  ASSERT_EQ(ledger_->schedule(key(), 1, 2, 1, 10, std::numeric_limits<DurationNs>::max(), 2, 0).status, ok);
  EXPECT_EQ(ledger_->run_due(std::numeric_limits<TimeNs>::max() - 1, 10), (RunAnswer{.fired = 1}));
}

// --- reading ---

TEST_P(LedgerTest, BalancesOfThePastCanBeRead) {
  const Answer first = ledger_->transfer(key(), 1, 2, 30, 0);
  const Answer second = ledger_->transfer(key(), 1, 3, 30, 0);
  EXPECT_EQ(ledger_->balance_at(1, 0).balance, 0);
  EXPECT_EQ(ledger_->balance_at(1, first.id).balance, 70);
  EXPECT_EQ(ledger_->balance_at(1, second.id).balance, 40);
  EXPECT_EQ(ledger_->balance_at(2, second.id).balance, 30);
  EXPECT_EQ(ledger_->balance_at(2, second.id).as_of, first.id);
  EXPECT_EQ(ledger_->balance(1, 0).as_of, second.id);
}

TEST_P(LedgerTest, StatementsAreCutByRangeAndLimit) {
  std::vector<TransactionId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(ledger_->transfer(key(), 1, 2, 1, i).id);
  std::vector<StatementEntry> entries;
  EXPECT_EQ(ledger_->statement(2, ids[1], ids[3], 100, entries), ok);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0], (StatementEntry{ids[1], CommandKind::transfer, 1, 1, 2, 0, 1}));
  EXPECT_EQ(ledger_->statement(2, ids[1], ids[3], 2, entries), ok);
  EXPECT_EQ(entries.size(), 2u);
}

TEST_P(LedgerTest, TheTrialBalanceIsPerCurrency) {
  ledger_->deposit(key(), 9, 7, 0);
  ledger_->transfer(key(), 1, 2, 30, 0);
  ledger_->withdraw(key(), 2, 5, 0);
  const TrialBalance trial = ledger_->trial_balance();
  ASSERT_EQ(trial.totals.size(), 2u);
  EXPECT_EQ(trial.totals[0], (CurrencyTotal{dollar, 1, 7, 7}));
  EXPECT_EQ(trial.totals[1], (CurrencyTotal{euro, 3, 95, 95}));
}

TEST_P(LedgerTest, ABatchAnswersLikeSingleCommandsInOrder) {
  std::vector<Command> commands(3);
  for (Command& command : commands)
    command = {.kind = CommandKind::transfer, .key = {}, .payer = 1, .payee = 2, .amount = 40};
  commands[0].key = "b0";
  commands[1].key = "b0";
  commands[2].key = "b2";
  std::vector<Answer> answers(3);
  ledger_->execute_batch(commands, 0, answers);
  EXPECT_EQ(answers[0].balance, 60);
  EXPECT_TRUE(answers[1].replayed);
  EXPECT_EQ(answers[2].balance, 20);
}

// --- several threads ---

TEST_P(LedgerTest, ManyThreadsWithOneKeyApplyItOnce) {
  constexpr int threads = 4;
  constexpr int rounds = 200;
  std::vector<std::vector<Answer>> answers(threads);
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (int i = 0; i < rounds; ++i) {
          answers[static_cast<std::size_t>(t)].push_back(ledger_->deposit("shared-" + std::to_string(i), 2, 1, 0));
        }
      });
    }
  }
  EXPECT_EQ(balance(2), rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    int first_hand = 0;
    std::set<TransactionId> ids;
    for (const auto& mine : answers) {
      first_hand += mine[i].replayed ? 0 : 1;
      ids.insert(mine[i].id);
    }
    EXPECT_EQ(first_hand, 1);
    EXPECT_EQ(ids.size(), 1u);
  }
}

TEST_P(LedgerTest, TransfersInACircleEndAndConserveMoney) {
  constexpr int threads = 3;
  for (const AccountId account : {2u, 3u}) ledger_->deposit(key(), account, 100, 0);
  {
    std::vector<std::jthread> workers;
    for (AccountId t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i) {
          const std::string unique = std::to_string(t) + "/" + std::to_string(i);
          ledger_->transfer(unique, 1 + t, 1 + (t + 1) % 3, 1 + i % 7, 0);
          if (i % 50 == 0) {
            EXPECT_TRUE(ledger_->trial_balance().balanced());
          }
        }
      });
    }
  }
  EXPECT_EQ(balance(1) + balance(2) + balance(3), 300);
}

INSTANTIATE_TEST_SUITE_P(Implementations, LedgerTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

}  // namespace
}  // namespace contend::ledger
