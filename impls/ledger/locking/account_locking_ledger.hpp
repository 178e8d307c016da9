#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/ledger/books/account_table.hpp"
#include "impls/ledger/books/calendar.hpp"
#include "impls/ledger/books/journal.hpp"
#include "impls/ledger/books/key_table.hpp"
#include "impls/ledger/ledger.hpp"
#include "impls/ledger/rules/rules.hpp"
#include "impls/ledger/rules/shape.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {

// What every design says that holds its accounts while it works on them.
inline constexpr Contract account_locking =
    Contract{.failure = "bad_alloc leaves everything as it was: accounts unchanged and let go, the key unclaimed"}
        .within(without_threads);

// A ledger whose callers first lock the accounts of their command and then work on them alone. Such designs differ only
// in how a caller locks several accounts without deadlock, and `Locking` says how:
//
//   struct Slot       an account with its lock; constructible from (AccountId, Currency), with a member `account`
//   class Guard       Guard(Locking&, std::span<Slot* const>) holds all the given accounts, which come in ascending
//                     order of id, each once; its destructor releases them
//   counters()        attempts and aborts so far
//   Locking(const Ledger::Options&)
//
// and, where it can answer without holding an account:
//
//   run(command, slots, now_ns, execute)   answers the command, by execute() while the accounts are held if need be
//   read_balance(slot, now_ns)             the balance, or nothing where the account has to be held
//
// A command claims its key, locks its accounts, runs, releases them, and settles the key. While a caller waits for
// accounts it holds a claim, but no lock; while it waits for a claim it holds neither.
//
// The trial balance stops no transfer. It takes S, the last transaction id handed out, and the accounts that are open,
// both at one instant, for no account is added meanwhile. Then it visits these accounts one after the other, holding
// only that one, and reads from its entries the balance as it was after transaction S. An id is taken while all accounts
// of the transaction are held, and they are kept until its entries are written; so once the audit holds an account,
// every transaction up to S that touches it has written its entry.
template <class Locking>
class AccountLockingLedger final : public Ledger {
 public:
  explicit AccountLockingLedger(const Options& options)
      : options_(options), locking_(options), accounts_(checked_accounts(options)) {}

  Answer execute(const Command& command, TimeNs now_ns) override {
    if (const Status bad = check_key(command.key); bad != Status::ok) return {.status = bad};
    return execute_once(command, now_ns);
  }

  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    const MutexLock lock(calendar_mutex_);
    return calendar_.run_due(now_ns, budget, options_.catch_up, [&](const Occurrence& occurrence) {
      const std::string key = occurrence.key();
      return execute_once(occurrence.command(key), now_ns).status == Status::ok;
    });
  }

  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    if constexpr (answers_unheld) {
      const Slot* slot = accounts_.find(account);
      if (slot == nullptr) return {.status = Status::unknown_account};
      if (const auto answer = Locking::read_balance(*slot, now_ns)) return *answer;
    }
    return read(account, BalanceAnswer{.status = Status::unknown_account},
                [&](const Account& held) { return held.balance_now(now_ns); });
  }

  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    return read(account, BalanceAnswer{.status = Status::unknown_account},
                [&](const Account& held) { return held.balance_at(as_of); });
  }

  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    entries.clear();
    return read(account, Status::unknown_account, [&](const Account& held) {
      held.copy_entries(from, to, limit, entries);
      return Status::ok;
    });
  }

  TrialBalance trial_balance() override {
    const auto [as_of, newest] = accounts_.at_one_instant([&] { return journal_.last(); });
    TrialBalance trial{.as_of = as_of, .totals = {}};
    accounts_.for_each(newest, [&](Slot& slot) {
      Slot* const one = &slot;
      const Guard guard(locking_, std::span(&one, 1));
      add_to_totals(slot.account, trial.as_of, trial.totals);
    });
    return trial;
  }

  std::optional<Counters> counters() const override { return locking_.counters(); }

 private:
  using Slot = typename Locking::Slot;
  using Guard = typename Locking::Guard;
  static constexpr bool answers_unheld = requires(const Slot& slot) { Locking::read_balance(slot, TimeNs{}); };

  Answer execute_once(const Command& command, TimeNs now_ns) {
    if (const KeyTable::Claim claim = keys_.claim(command); !claim.mine) return claim.answer;
    try {
      const Answer answer = run(command, now_ns);
      if (answer.status != Status::ok && options_.failures == FailurePolicy::retryable) {
        keys_.abandon(command.key);
      } else {
        keys_.finish(command.key, answer);
      }
      return answer;
    } catch (...) {
      keys_.abandon(command.key);
      throw;
    }
  }

  Answer run(const Command& command, TimeNs now_ns) {
    if (const Answer bad = check_shape(command); bad.status != Status::ok) return bad;
    switch (command.kind) {
      case CommandKind::open_account: {
        if (const Status bad = check_open(command); bad != Status::ok) return {.status = bad};
        const bool opened = accounts_.add(command.payee, command.currency);
        return {.status = opened ? Status::ok : Status::account_exists};
      }
      case CommandKind::schedule: {
        Answer answer = check_schedule(command, find_account(command.payer), find_account(command.payee));
        if (answer.status != Status::ok) return answer;
        const MutexLock lock(calendar_mutex_);
        answer.id = calendar_.add(command);
        return answer;
      }
      case CommandKind::cancel: {
        const MutexLock lock(calendar_mutex_);
        return answer_cancel(calendar_.cancel(command.reference), command);
      }
      default:
        return run_held(command, now_ns);
    }
  }

  Answer run_held(const Command& command, TimeNs now_ns) {
    while (true) {
      AccountIds missing;
      const Answer answer = run_on_open_accounts(command, now_ns, missing);
      // A chain is judged on what its accounts hold: one that was not there must still have been missing at that
      // instant.
      if (answer.status != Status::unknown_account ||
          std::ranges::none_of(missing, [&](AccountId id) { return accounts_.find(id) != nullptr; })) {
        return answer;
      }
    }
  }

  Answer run_on_open_accounts(const Command& command, TimeNs now_ns, AccountIds& missing) {
    boost::container::static_vector<Slot*, 2 * max_chain_legs> slots;
    boost::container::static_vector<Account*, 2 * max_chain_legs> accounts;
    for (const AccountId id : accounts_of(command, journal_)) {
      Slot* slot = accounts_.find(id);
      if (slot == nullptr) {
        missing.push_back(id);
        continue;
      }
      slots.push_back(slot);
      accounts.push_back(&slot->account);
    }
    const std::span<Slot* const> needed(slots.data(), slots.size());
    const auto execute = [&] {
      return execute_held(command, HeldAccounts(accounts.data(), accounts.size()), journal_, now_ns);
    };
    if constexpr (answers_unheld) {
      return locking_.run(command, needed, now_ns, execute);
    } else {
      const Guard guard(locking_, needed);
      return execute();
    }
  }

  template <class Answer, class Read>
  Answer read(AccountId account, Answer unknown, Read read_held) {
    Slot* slot = accounts_.find(account);
    if (slot == nullptr) return unknown;
    const Guard guard(locking_, std::span<Slot* const>(&slot, 1));
    return read_held(slot->account);
  }

  // For the fields that never change.
  const Account* find_account(AccountId id) {
    Slot* slot = accounts_.find(id);
    return slot == nullptr ? nullptr : &slot->account;
  }

  const Options options_;
  Locking locking_;
  AccountTable<Slot> accounts_;
  KeyTable keys_;
  Journal journal_;
  Mutex calendar_mutex_{{"calendar", 0}};  // never taken by a thread that holds an account
  Calendar calendar_ GUARDED_BY(calendar_mutex_);
};

}  // namespace contend::ledger
