#include "impls/ledger/books/account.hpp"

#include <algorithm>

namespace contend::ledger {

void Account::advance(TimeNs now_ns) noexcept {
  clock_ns = time_at(now_ns);
  while (!hold_deadlines.empty() && !is_alive(hold_deadlines.begin()->first, clock_ns)) {
    resolve(hold_deadlines.begin()->second, HoldState::expired);
  }
}

Amount Account::held_at(TimeNs now_ns) const {
  Amount left = held;
  for (const auto& [deadline_ns, hold] : hold_deadlines) {
    if (is_alive(deadline_ns, time_at(now_ns))) break;
    left -= holds.at(hold).amount;
  }
  return left;
}

void Account::resolve(TransactionId hold, HoldState state) noexcept {
  const auto place = holds.find(hold);
  place->second.state = state;
  held -= place->second.amount;
  hold_deadlines.erase({place->second.deadline_ns, hold});
}

const StatementEntry* Account::entry_at(TransactionId as_of) const {
  const auto after = std::ranges::upper_bound(entries, as_of, {}, &StatementEntry::id);
  return after == entries.begin() ? nullptr : &*(after - 1);
}

void Account::copy_entries(TransactionId from, TransactionId to, std::size_t limit,
                           std::vector<StatementEntry>& out) const {
  out.clear();
  for (auto entry = std::ranges::lower_bound(entries, from, {}, &StatementEntry::id);
       entry != entries.end() && entry->id <= to && out.size() < limit; ++entry) {
    out.push_back(*entry);
  }
}

BalanceAnswer Account::balance_now(TimeNs now_ns) const {
  return {Status::ok, balance, held_at(now_ns), entries.empty() ? 0 : entries.back().id};
}

BalanceAnswer Account::balance_at(TransactionId as_of) const {
  const StatementEntry* entry = entry_at(as_of);
  return entry == nullptr ? BalanceAnswer{} : BalanceAnswer{Status::ok, entry->balance_after, 0, entry->id};
}

void add_to_totals(const Account& account, TransactionId as_of, std::vector<CurrencyTotal>& totals) {
  auto total = std::ranges::lower_bound(totals, account.currency, {}, &CurrencyTotal::currency);
  if (total == totals.end() || total->currency != account.currency) {
    total = totals.insert(total, CurrencyTotal{.currency = account.currency});
  }
  ++total->accounts;
  if (const StatementEntry* entry = account.entry_at(as_of); entry != nullptr) {
    total->balances += entry->balance_after;
    total->outside += entry->outside_after;
  }
}

}  // namespace contend::ledger
