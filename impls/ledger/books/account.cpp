#include "impls/ledger/books/account.hpp"

#include <algorithm>
#include <iterator>

namespace contend::ledger {

void Account::advance(TimeNs now_ns) noexcept {
  clock_ns = time_at(now_ns);
  while (!hold_deadlines.empty() && !is_alive(hold_deadlines.begin()->first, clock_ns)) {
    resolve(hold_deadlines.begin()->second, HoldState::expired);
  }
}

Amount Account::held_at(TimeNs now_ns) const {
  const TimeNs at_ns = time_at(now_ns);
  auto later = hold_deadlines.upper_bound({asked_ns_, std::numeric_limits<TransactionId>::max()});
  for (; later != hold_deadlines.end() && !is_alive(later->first, at_ns); ++later) {
    expired_ += holds.at(later->second).amount;
  }
  while (later != hold_deadlines.begin() && is_alive(std::prev(later)->first, at_ns)) {
    --later;
    if (counts_as_expired(later->first)) expired_ -= holds.at(later->second).amount;
  }
  asked_ns_ = at_ns;
  return held - expired_;
}

void Account::add_hold(std::map<TransactionId, Hold>::node_type hold,
                       std::set<std::pair<TimeNs, TransactionId>>::node_type deadline) noexcept {
  held += hold.mapped().amount;
  if (counts_as_expired(hold.mapped().deadline_ns)) expired_ += hold.mapped().amount;
  holds.insert(std::move(hold));
  hold_deadlines.insert(std::move(deadline));
}

void Account::resolve(TransactionId hold, HoldState state) noexcept {
  const auto place = holds.find(hold);
  place->second.state = state;
  held -= place->second.amount;
  if (counts_as_expired(place->second.deadline_ns)) expired_ -= place->second.amount;
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
