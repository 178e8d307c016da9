#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {

using enum Status;

inline constexpr Currency euro = 978;
inline constexpr Currency dollar = 840;
inline constexpr Amount max_amount = std::numeric_limits<Amount>::max();

// Three accounts in euros, one of which has 100, and one in dollars. Whatever a test did, no money may have appeared or vanished.
class LedgerTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  void SetUp() override { reopen({}); }

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

}  // namespace contend::ledger
