// What a ledger holds in memory, in bytes: what is refused, asked or sent again adds nothing, and what happens adds what the
// contracts say.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr std::size_t nothing = 16 << 10;  // of buffers that are kept

class LedgerGrowthTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  void reopen(FailurePolicy failures) {
    ledger_ = GetParam().make({.failures = failures});
    for (AccountId id = 1; id <= 4; ++id) {
      ledger_->open_account(fmt::format("open {}", id), id, euro, 0);
      ledger_->deposit(fmt::format("fill {}", id), id, 1'000'000, 0);
    }
  }

  // Bytes that so many calls add. In batches, so that a durable ledger need not sync for each.
  template <class MakeCommand>
  std::size_t growth(int calls, MakeCommand make_command, TimeNs now_ns = 0) {
    run(1, make_command, now_ns);  // what the first of its kind takes
    const std::size_t before = allocated_bytes();
    run(calls, make_command, now_ns);
    const std::size_t after = allocated_bytes();
    return after > before ? after - before : 0;
  }

  template <class MakeCommand>
  void run(int calls, MakeCommand make_command, TimeNs now_ns) {
    constexpr std::size_t batch = 100;
    for (int begun = 0; begun < calls;) {
      std::vector<std::string> keys;
      while (keys.size() < batch && begun < calls) {
        keys.push_back(fmt::format("{}", ++keys_));
        ++begun;
      }
      std::vector<Command> commands;
      for (const std::string& key : keys) commands.push_back(make_command(key));
      answers_.assign(commands.size(), {});
      ledger_->execute_batch(commands, now_ns, answers_);
    }
  }

  std::unique_ptr<Ledger> ledger_;
  std::vector<Answer> answers_ = std::vector<Answer>(100);
  int keys_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Implementations, LedgerGrowthTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

TEST_P(LedgerGrowthTest, WhatGoesLeavesNothing) {
  const std::size_t before = allocated_bytes();
  reopen(FailurePolicy::final);
  run(20'000, [](const std::string& key) { return Command::transfer(key, 1, 2, 1); }, 0);
  ledger_.reset();
  EXPECT_LT(allocated_bytes(), before + (256U << 10)) << "bytes that are held after the ledger is gone";
}

TEST_P(LedgerGrowthTest, RefusedCommandsWithoutABoundAddNothing) {
  const std::vector<Leg> legs(100'000, Leg{1, 2, 1});
  reopen(FailurePolicy::final);
  EXPECT_LT(growth(300, [&](const std::string& key) { return Command::transfer_chain(key, legs); }), nothing);
  const auto stray = [&](const std::string& key) {
    return Command{.kind = CommandKind::deposit, .key = key, .payee = 1, .amount = 1, .legs = legs};
  };
  EXPECT_LT(growth(300, stray), nothing);
}

TEST_P(LedgerGrowthTest, RefusalsThatMayBeRetriedAddNothing) {
  reopen(FailurePolicy::retryable);
  const std::array legs{Leg{1, 2, 1}, Leg{2, 3, 100'000'000}};
  EXPECT_LT(growth(5000, [](const std::string& key) { return Command::transfer(key, 1, 2, 100'000'000); }), nothing);
  EXPECT_LT(growth(5000, [](const std::string& key) { return Command::hold(key, 1, 77, 1, 1); }), nothing);
  EXPECT_LT(growth(5000, [&](const std::string& key) { return Command::transfer_chain(key, legs); }), nothing);
  EXPECT_LT(growth(5000, [](const std::string& key) { return Command::open_account(key, 1, euro); }), nothing);
}

TEST_P(LedgerGrowthTest, ReplaysConflictsAndReadsAddNothing) {
  reopen(FailurePolicy::final);
  EXPECT_LT(growth(5000, [](const std::string&) { return Command::deposit("fill 1", 1, 1'000'000); }), nothing);
  EXPECT_LT(growth(5000, [](const std::string&) { return Command::deposit("fill 1", 1, 5); }), nothing);
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 5000; ++i) {
    ledger_->balance(1, i);
    ledger_->trial_balance();
    ledger_->run_due(i, 10);
  }
  EXPECT_LT(allocated_bytes(), before + nothing);
}

// One record per key, one of the journal, two entries; vectors that double have room for as much again.
TEST_P(LedgerGrowthTest, ATransferAddsABoundedNumberOfBytes) {
  constexpr int calls = 20'000;
  reopen(FailurePolicy::final);
  const std::size_t bytes = growth(calls, [&](const std::string& key) { return Command::transfer(key, 1, 2, 1); });
  EXPECT_LT(bytes / calls, 900U);
}

TEST_P(LedgerGrowthTest, ARefusalThatIsFinalAddsOneRecord) {
  constexpr int calls = 20'000;
  reopen(FailurePolicy::final);
  const std::size_t bytes =
      growth(calls, [&](const std::string& key) { return Command::transfer(key, 1, 2, 100'000'000); });
  EXPECT_LT(bytes / calls, 400U);
}

// Holds that have expired stay, so that a late post can be told from an unknown one, but nothing of their deadlines.
TEST_P(LedgerGrowthTest, AHoldAddsABoundedNumberOfBytes) {
  constexpr int calls = 10'000;
  reopen(FailurePolicy::final);
  const std::size_t bytes = growth(calls, [&](const std::string& key) { return Command::hold(key, 1, 2, 1, 1); });
  EXPECT_LT(bytes / calls, 700U);
}

TEST_P(LedgerGrowthTest, AnAccountWithOneDepositTakesAFewHundredBytes) {
  constexpr int calls = 20'000;
  reopen(FailurePolicy::final);
  AccountId opened = 10;
  std::size_t bytes = growth(calls, [&](const std::string& key) { return Command::open_account(key, ++opened, euro); });
  AccountId filled = 10;
  bytes += growth(calls, [&](const std::string& key) { return Command::deposit(key, ++filled, 1); });
  EXPECT_LT(bytes / calls, 1500U);
}

}  // namespace
}  // namespace contend::ledger
