// What every ledger must answer: each test is a row of the acceptance list. More of them, a story a file, in ledger/.

#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/ledger/ledger_fixture.hpp"

namespace contend::ledger {
namespace {

INSTANTIATE_TEST_SUITE_P(Implementations, LedgerTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

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

}  // namespace
}  // namespace contend::ledger
