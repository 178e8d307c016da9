#pragma once

#include "impls/ledger/books/account.hpp"
#include "impls/ledger/locking/account_locking_ledger.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// An account with a mutex of its own. Designs that use it differ in the order in which they take several.
struct AccountWithMutex {
  AccountWithMutex(AccountId id, Currency currency) : mutex({"account", id}), account(id, currency) {}
  Mutex mutex;
  Account account;  // guarded by mutex; which mutexes a command takes is known only at run time
};

inline constexpr Contract mutex_per_account =
    Contract{
        .shared_state = "accounts, each with its mutex; the key table, the journal and the calendar beside them",
        .claim_point = "the key: its insertion under the stripe lock; the money: the last account lock taken",
        .ordering = "transactions that share an account are ordered by its mutex, and their ids in the same order",
        .memory = "a mutex per account; one journal record and two entries per transfer, one record per key",
    }
        .within(account_locking);

}  // namespace contend::ledger
