#pragma once

#include <fmt/core.h>

#include <memory>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"

namespace contend::ledger {

inline constexpr Currency euro = 978;

// Accounts 1, 2, ... in one currency, each with the same balance.
inline void open_accounts(Ledger& ledger, AccountId accounts, Amount balance) {
  for (AccountId account = 1; account <= accounts; ++account) {
    ledger.open_account(fmt::format("open/{}", account), account, euro, 0);
    if (balance > 0) ledger.deposit(fmt::format("fill/{}", account), account, balance, 0);
  }
}

inline std::unique_ptr<Ledger> ledger_with_accounts(const Subject<Ledger>& subject, AccountId accounts,
                                                    Amount balance) {
  auto ledger = subject.make({});
  open_accounts(*ledger, accounts, balance);
  return ledger;
}

}  // namespace contend::ledger
