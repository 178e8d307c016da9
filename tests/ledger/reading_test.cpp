// What the books say afterwards.

#include <array>
#include <string>
#include <vector>

#include "tests/ledger/ledger_fixture.hpp"

namespace contend::ledger {
namespace {

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

TEST_P(LedgerTest, EveryAttemptIsCounted) {
  const std::optional<Counters> before = ledger_->counters();
  for (int i = 0; i < 20; ++i) ledger_->transfer(key(), 1, 2, 1, i);
  const std::optional<Counters> after = ledger_->counters();
  ASSERT_EQ(before.has_value(), after.has_value());
  if (!before) return;  // counts none
  EXPECT_EQ(after->attempts - before->attempts, 20U);
  EXPECT_EQ(after->aborts - before->aborts, 0U);  // nobody is in the way
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

}  // namespace
}  // namespace contend::ledger
