// Money that moves in several legs, is set aside, or goes back.

#include <array>
#include <string>
#include <vector>

#include "tests/ledger/ledger_fixture.hpp"

namespace contend::ledger {
namespace {

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

TEST_P(LedgerTest, AHoldForEverEndsAtNoTime) {
  ASSERT_EQ(ledger_->hold(key(), 1, 2, 5, forever, -10).status, ok);
  EXPECT_EQ(held(1, never - 1), 5);
  EXPECT_EQ(held(1, never), 5);
}

// Else whoever makes one in my favour, with a late time, would keep all that I have set aside from ever coming back.
TEST_P(LedgerTest, AHoldMovesNoTimeOfItsPayee) {
  ASSERT_EQ(ledger_->deposit(key(), 2, 10, 0).status, ok);
  const Answer theirs = ledger_->hold(key(), 1, 2, 5, 100, 1000);
  const Answer mine = ledger_->hold(key(), 2, 1, 5, 10, 0);
  EXPECT_EQ(held(2, 9), 5);
  EXPECT_EQ(held(2, 10), 0);
  EXPECT_EQ(ledger_->post(key(), mine.id, 5, 500).status, hold_expired);
  EXPECT_EQ(ledger_->void_hold(key(), theirs.id, 2000).status, hold_expired);
  const Answer third = ledger_->hold(key(), 1, 2, 5, 100, 1000);
  ASSERT_EQ(ledger_->void_hold(key(), third.id, 1001).status, ok);
  EXPECT_EQ(ledger_->hold(key(), 2, 1, 5, 10, 0).status, ok);
  EXPECT_EQ(held(2, 10), 0) << "nor does the end of one";
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

}  // namespace
}  // namespace contend::ledger
