#pragma once

#include <fmt/core.h>

#include <memory>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/faulty_storage.hpp"

namespace contend::ledger {

inline constexpr Currency euro = 978;

// Accounts 1, 2, ... in one currency, each with the same balance.
inline void open_accounts(Ledger& ledger, AccountId accounts, Amount balance) {
  for (AccountId account = 1; account <= accounts; ++account) {
    ledger.open_account(fmt::format("open/{}", account), account, euro, 0);
    if (balance > 0) ledger.deposit(fmt::format("fill/{}", account), account, balance, 0);
  }
}

// Where schedules are explored the disk is not what is looked at, nor is room that nobody needs: both take time.
inline Ledger::Options sized_for(const Round& round, AccountId accounts, Ledger::Options options = {}) {
  if (!round.is_explored()) return options;
  options.expected_accounts = accounts;
  options.log = std::make_shared<FaultyStorage>();
  return options;
}

inline std::unique_ptr<Ledger> ledger_with_accounts(const Subject<Ledger>& subject, const Round& round,
                                                    AccountId accounts, Amount balance) {
  auto ledger = subject.make(sized_for(round, accounts));
  open_accounts(*ledger, accounts, balance);
  return ledger;
}

}  // namespace contend::ledger
