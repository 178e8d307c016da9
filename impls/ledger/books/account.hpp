#pragma once

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

enum class HoldState : std::uint8_t { open, posted, voided, expired };

struct Hold {
  AccountId payee = 0;
  Amount amount = 0;
  TimeNs deadline_ns = never;
  HoldState state = HoldState::open;
};

// The state of one account, without synchronisation: each design says who may touch it when.
struct Account {
  Account(AccountId account_id, Currency account_currency) : id(account_id), currency(account_currency) {}

  const AccountId id;
  const Currency currency;
  Amount balance = 0;
  Amount held = 0;     // sum of the open holds
  Amount outside = 0;  // deposits less withdrawals
  // The latest time at which money was moved or set aside here: time goes on from there.
  TimeNs clock_ns = std::numeric_limits<TimeNs>::min();
  std::vector<StatementEntry> entries;  // in id order
  std::map<TransactionId, Hold> holds;  // resolved ones too: a second post must be told from an unknown hold
  std::set<std::pair<TimeNs, TransactionId>> hold_deadlines;  // of open holds

  // Moves the account's clock to `now_ns`, never back, and releases the holds that have expired by then.
  void advance(TimeNs now_ns) noexcept;
  // The account's own time when its callers say that it is `now_ns`.
  TimeNs time_at(TimeNs now_ns) const { return std::max(clock_ns, now_ns); }
  // What advance(now_ns) would leave in `held`. O(log holds), and the holds that expire between that time and the one that
  // was asked for last.
  Amount held_at(TimeNs now_ns) const;
  // Nodes of `holds` and `hold_deadlines`.
  void add_hold(std::map<TransactionId, Hold>::node_type hold,
                std::set<std::pair<TimeNs, TransactionId>>::node_type deadline) noexcept;
  void resolve(TransactionId hold, HoldState state) noexcept;

  // The last entry with id <= as_of, or nullptr.
  const StatementEntry* entry_at(TransactionId as_of) const;
  void copy_entries(TransactionId from, TransactionId to, std::size_t limit, std::vector<StatementEntry>& out) const;

  BalanceAnswer balance_now(TimeNs now_ns) const;
  BalanceAnswer balance_at(TransactionId as_of) const;

 private:
  bool counts_as_expired(TimeNs deadline_ns) const { return !is_alive(deadline_ns, asked_ns_); }

  // Of the open holds those that have expired at the time that was asked for last, so that nobody adds them up each time.
  mutable TimeNs asked_ns_ = std::numeric_limits<TimeNs>::min();
  mutable Amount expired_ = 0;
};

// Adds an account as it was after transaction `as_of` to the totals, which stay sorted by currency.
void add_to_totals(const Account& account, TransactionId as_of, std::vector<CurrencyTotal>& totals);

}  // namespace contend::ledger
