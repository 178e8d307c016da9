#pragma once

#include <boost/container/static_vector.hpp>
#include <span>

#include "impls/ledger/books/account.hpp"
#include "impls/ledger/books/journal.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// What every ledger design does the same once it holds the accounts of a command: judge it, move the money, write the
// entries. Designs differ in how they lock them.

// Options::expected_accounts, where all options are what they may be. Throws std::invalid_argument with the field, its value
// and what is allowed.
std::size_t checked_accounts(const Ledger::Options& options);

using AccountIds = boost::container::static_vector<AccountId, 2 * max_chain_legs>;

// ok or invalid_key: the first check on every command from a caller.
Status check_key(std::string_view key);

// The accounts that execute_held needs for this command, ascending, each once. Empty where there are none or where the
// command refers to a transaction that does not exist. Needs no lock.
AccountIds accounts_of(const Command& command, const Journal& journal);

// The held accounts that exist, in any order.
using HeldAccounts = std::span<Account* const>;

// Judges and runs a command of any kind that works on accounts: all but open_account, schedule and cancel. Requires
// check_shape, and exclusive access to all of accounts_of(command) until this returns. A refusal, and an exception,
// leave the accounts as they were, their clocks included.
Answer execute_held(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns);

// cancel: the answer to what the calendar says.
Answer answer_cancel(Status status, const Command& command);

// open_account: invalid_account or ok. Whether the account exists is for the caller's table to say.
Status check_open(const Command& command);

// schedule: the checks up to the accounts, which need no lock since accounts never go away and id and currency are
// fixed; nullptr for an unknown one.
Answer check_schedule(const Command& command, const Account* payer, const Account* payee);

}  // namespace contend::ledger
