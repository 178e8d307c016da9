#include "stress/ledger/model.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "impls/base/hashing.hpp"

namespace contend::ledger {

Answer ModelLedger::execute(const Command& command, TimeNs now_ns) {
  const std::string_view key = command.key;
  if (key.empty() || key.size() > max_idempotency_key_bytes || key.starts_with(reserved_key_prefix)) {
    return {.status = Status::invalid_key};
  }
  return execute_once(command, now_ns);
}

Answer ModelLedger::execute_once(const Command& command, TimeNs now_ns) {
  const std::string key(command.key);
  if (const auto known = known_.find(key); known != known_.end()) {
    const CommandField field = first_difference(known->second.command, known->second.legs, command);
    if (field != CommandField::none) return {.status = Status::key_conflict, .field = field};
    Answer again = known->second.answer;
    again.replayed = true;
    return again;
  }
  const Answer misfit = find_misfit(command);
  if (misfit.field == CommandField::kind || command.legs.size() > max_chain_legs) return misfit;  // never recorded
  const Answer answer = misfit.status == Status::ok ? run(command, now_ns) : misfit;
  if (answer.status == Status::ok) move_clocks(command, now_ns);
  if (answer.status == Status::ok || failures_ == FailurePolicy::final) {
    Known& known = known_[key];
    known = {command, {command.legs.begin(), command.legs.end()}, answer};
    known.command.key = {};
    known.command.legs = {};
  }
  return answer;
}

// Time goes on for the accounts whose money the command is about. To set money aside, and to give it back, is the payer's
// alone.
void ModelLedger::move_clocks(const Command& command, TimeNs now_ns) {
  for (const AccountId account : named_by(command)) accounts_.at(account).clock_ns = time_of(account, now_ns);
}

TimeNs ModelLedger::time_of(AccountId account, TimeNs now_ns) const {
  return std::max(now_ns, accounts_.at(account).clock_ns.value_or(now_ns));
}

bool ModelLedger::has_come(WideTime when_ns, TimeNs now_ns) {
  return when_ns < std::numeric_limits<TimeNs>::max() && when_ns <= now_ns;
}

// What the command would be if only the fields that its kind uses were set; whatever differs is set for nothing.
CommandField ModelLedger::stray_field(const Command& command) {
  const auto proper = [&]() -> Command {
    switch (command.kind) {
      case CommandKind::open_account:
        return Command::open_account({}, command.payee, command.currency);
      case CommandKind::deposit:
        return Command::deposit({}, command.payee, command.amount);
      case CommandKind::withdraw:
        return Command::withdraw({}, command.payer, command.amount);
      case CommandKind::transfer:
        return Command::transfer({}, command.payer, command.payee, command.amount);
      case CommandKind::chain:
        return Command::transfer_chain({}, command.legs);
      case CommandKind::hold:
        return Command::hold({}, command.payer, command.payee, command.amount, command.timeout_ns);
      case CommandKind::post:
        return Command::post({}, command.reference, command.amount);
      case CommandKind::void_hold:
        return Command::void_hold({}, command.reference);
      case CommandKind::reverse:
        return Command::reverse({}, command.reference);
      case CommandKind::schedule:
        return Command::schedule({}, command.payer, command.payee, command.amount, command.due_ns, command.interval_ns,
                                 command.occurrences);
      case CommandKind::cancel:
        return Command::cancel({}, command.reference);
    }
    return {};
  }();
  if (static_cast<int>(command.kind) > static_cast<int>(CommandKind::cancel)) return CommandField::kind;
  return first_difference(command, {command.legs.begin(), command.legs.end()}, proper);
}

Answer ModelLedger::find_misfit(const Command& command) {
  const CommandField stray = stray_field(command);
  if (stray != CommandField::none) return {.status = Status::invalid_field, .field = stray};
  if (command.legs.size() > max_chain_legs) return {.status = Status::invalid_chain};
  return {};
}

CommandField ModelLedger::first_difference(const Command& one, const std::vector<Leg>& legs, const Command& other) {
  if (one.kind != other.kind) return CommandField::kind;
  if (one.payer != other.payer) return CommandField::payer;
  if (one.payee != other.payee) return CommandField::payee;
  if (one.amount != other.amount) return CommandField::amount;
  if (one.currency != other.currency) return CommandField::currency;
  if (one.reference != other.reference) return CommandField::reference;
  if (one.timeout_ns != other.timeout_ns) return CommandField::timeout_ns;
  if (one.due_ns != other.due_ns) return CommandField::due_ns;
  if (one.interval_ns != other.interval_ns) return CommandField::interval_ns;
  if (one.occurrences != other.occurrences) return CommandField::occurrences;
  return std::ranges::equal(legs, other.legs) ? CommandField::none : CommandField::legs;
}

// The accounts that the command is about; those that are not open have no clock. Orders of scheduled transfers move no
// money when they are made.
std::vector<AccountId> ModelLedger::named_by(const Command& command) const {
  std::vector<AccountId> named{command.payer};
  if (command.kind != CommandKind::hold) named.push_back(command.payee);
  for (const Leg& leg : command.legs) named.insert(named.end(), {leg.payer, leg.payee});
  const bool about_event = command.kind == CommandKind::post || command.kind == CommandKind::void_hold ||
                           command.kind == CommandKind::reverse;
  if (about_event && command.reference >= 1 && command.reference <= last_id()) {
    const Event& event = events_[command.reference - 1];
    named.push_back(event.payer);
    if (command.kind != CommandKind::void_hold) named.push_back(event.payee);
  }
  const bool moves_none = command.kind == CommandKind::open_account || command.kind == CommandKind::schedule;
  std::erase_if(named, [&](AccountId account) { return moves_none || !is_open(account); });
  return named;
}

Amount ModelLedger::balance_of(AccountId account, TransactionId as_of) const {
  Amount sum = 0;
  for (TransactionId id = 1; id <= std::min(as_of, last_id()); ++id) {
    const Event& event = events_[id - 1];
    if (event.kind == CommandKind::hold) continue;
    if (event.payer == account) sum -= event.amount;
    if (event.payee == account) sum += event.amount;
  }
  return sum;
}

Amount ModelLedger::held_of(AccountId account, TimeNs now_ns) const {
  Amount sum = 0;
  for (const Event& event : events_) {
    if (event.kind != CommandKind::hold || event.payer != account) continue;
    if (event.state == HoldState::open && !has_come(event.deadline_ns, time_of(account, now_ns))) sum += event.amount;
  }
  return sum;
}

TransactionId ModelLedger::last_of(AccountId account, TransactionId as_of) const {
  for (TransactionId id = std::min(as_of, last_id()); id >= 1; --id) {
    const Event& event = events_[id - 1];
    if (event.kind != CommandKind::hold && (event.payer == account || event.payee == account)) return id;
  }
  return 0;
}

StatementEntry ModelLedger::entry_of(AccountId account, TransactionId id) const {
  const Event& event = events_[id - 1];
  const bool pays = event.payer == account;
  Amount from_outside = 0;
  for (TransactionId earlier = 1; earlier <= id; ++earlier) {
    const Event& other = events_[earlier - 1];
    if (other.payer == outside && other.payee == account) from_outside += other.amount;
    if (other.payee == outside && other.payer == account) from_outside -= other.amount;
  }
  return {id,
          event.kind,
          pays ? event.payee : event.payer,
          pays ? -event.amount : event.amount,
          balance_of(account, id),
          from_outside,
          event.at_ns};
}

Answer ModelLedger::run(const Command& command, TimeNs now_ns) {
  switch (command.kind) {
    case CommandKind::open_account:
      if (command.payee == outside) return {.status = Status::invalid_account};
      if (is_open(command.payee)) return {.status = Status::account_exists};
      accounts_[command.payee].currency = command.currency;
      return {};
    case CommandKind::deposit:
    case CommandKind::withdraw:
      return run_outside(command, now_ns);
    case CommandKind::transfer: {
      const std::array leg{Leg{command.payer, command.payee, command.amount}};
      return run_legs(command, leg, now_ns);
    }
    case CommandKind::chain:
      if (command.legs.empty()) return {.status = Status::invalid_chain};
      return run_legs(command, command.legs, now_ns);
    case CommandKind::hold:
      return run_hold(command, now_ns);
    case CommandKind::post:
    case CommandKind::void_hold:
      return run_resolve(command, now_ns);
    case CommandKind::reverse:
      return run_reverse(command, now_ns);
    case CommandKind::schedule:
      return run_schedule(command);
    case CommandKind::cancel:
      return run_cancel(command);
  }
  return {};
}

Answer ModelLedger::run_outside(const Command& command, TimeNs now_ns) {
  const bool incoming = command.kind == CommandKind::deposit;
  const AccountId account = incoming ? command.payee : command.payer;
  if (command.amount <= 0) return {.status = Status::invalid_amount};
  if (account == outside) return {.status = Status::invalid_account};
  if (!is_open(account)) {
    return {.status = Status::unknown_account, .field = incoming ? CommandField::payee : CommandField::payer};
  }
  const Amount free = balance_of(account, last_id()) - held_of(account, now_ns);
  if (!incoming && free < command.amount) return {.status = Status::insufficient_funds};
  return record(command.kind, {command.payer, command.payee, command.amount}, now_ns);
}

Answer ModelLedger::check_leg(const Leg& leg) const {
  if (leg.amount <= 0) return {.status = Status::invalid_amount};
  if (leg.payer == outside || leg.payee == outside) return {.status = Status::invalid_account};
  if (leg.payer == leg.payee) return {.status = Status::same_account};
  if (!is_open(leg.payer)) return {.status = Status::unknown_account, .field = CommandField::payer};
  if (!is_open(leg.payee)) return {.status = Status::unknown_account, .field = CommandField::payee};
  if (accounts_.at(leg.payer).currency != accounts_.at(leg.payee).currency)
    return {.status = Status::currency_mismatch};
  return {};
}

// The next transaction; the answer tells the balance of the payer, or of the payee of what comes from outside.
Answer ModelLedger::record(CommandKind kind, const Leg& leg, TimeNs now_ns) {
  Event event;
  event.kind = kind;
  event.payer = leg.payer;
  event.payee = leg.payee;
  event.amount = leg.amount;
  event.at_ns = now_ns;
  events_.push_back(event);
  return {.id = last_id(), .balance = balance_of(leg.payer == outside ? leg.payee : leg.payer, last_id())};
}

Answer ModelLedger::run_legs(const Command& command, std::span<const Leg> legs, TimeNs now_ns) {
  const std::size_t before = events_.size();
  for (std::uint32_t i = 0; i < legs.size(); ++i) {
    Answer judged = check_leg(legs[i]);
    const AccountId payer = legs[i].payer;
    if (judged.status == Status::ok && balance_of(payer, last_id()) - held_of(payer, now_ns) < legs[i].amount) {
      judged.status = Status::insufficient_funds;
    }
    if (judged.status != Status::ok) {
      events_.resize(before);
      judged.leg = i;
      return judged;
    }
    record(command.kind, legs[i], now_ns);
  }
  return {.id = before + 1, .balance = balance_of(legs[0].payer, last_id())};
}

Answer ModelLedger::run_hold(const Command& command, TimeNs now_ns) {
  if (command.amount <= 0) return {.status = Status::invalid_amount};
  if (command.payer == outside || command.payee == outside) return {.status = Status::invalid_account};
  if (command.timeout_ns <= 0) return {.status = Status::invalid_timeout};
  const Leg leg{command.payer, command.payee, command.amount};
  if (const Answer judged = check_leg(leg); judged.status != Status::ok) return judged;
  if (balance_of(leg.payer, last_id()) - held_of(leg.payer, now_ns) < leg.amount) {
    return {.status = Status::insufficient_funds};
  }
  const Answer answer = record(CommandKind::hold, leg, now_ns);
  events_.back().deadline_ns = WideTime{time_of(leg.payer, now_ns)} + command.timeout_ns;
  return answer;
}

Answer ModelLedger::run_resolve(const Command& command, TimeNs now_ns) {
  const bool posting = command.kind == CommandKind::post;
  if (posting && command.amount <= 0) return {.status = Status::invalid_amount};
  const TransactionId id = command.reference;
  if (id < 1 || id > last_id() || events_[id - 1].kind != CommandKind::hold) return {.status = Status::unknown_hold};
  const Event hold = events_[id - 1];
  if (hold.state != HoldState::open) return {.status = Status::hold_resolved};
  if (has_come(hold.deadline_ns, time_of(hold.payer, now_ns))) return {.status = Status::hold_expired};
  if (posting && command.amount > hold.amount) return {.status = Status::exceeds_hold};
  events_[id - 1].state = posting ? HoldState::posted : HoldState::voided;
  if (posting) return record(command.kind, {hold.payer, hold.payee, command.amount}, now_ns);
  return {.id = id, .balance = balance_of(hold.payer, last_id())};
}

Answer ModelLedger::run_reverse(const Command& command, TimeNs now_ns) {
  const TransactionId id = command.reference;
  if (id < 1 || id > last_id()) return {.status = Status::unknown_transaction};
  const Event event = events_[id - 1];
  if (event.kind == CommandKind::hold || event.kind == CommandKind::reverse) return {.status = Status::not_reversible};
  if (event.reversed) return {.status = Status::already_reversed};
  const AccountId payer = event.payee;
  if (payer != outside && balance_of(payer, last_id()) - held_of(payer, now_ns) < event.amount) {
    return {.status = Status::insufficient_funds};
  }
  events_[id - 1].reversed = true;
  return record(CommandKind::reverse, {payer, event.payer, event.amount}, now_ns);
}

Answer ModelLedger::run_schedule(const Command& command) {
  if (command.amount <= 0) return {.status = Status::invalid_amount};
  if (command.payer == outside || command.payee == outside) return {.status = Status::invalid_account};
  if (command.occurrences == 0 || (command.occurrences > 1 && command.interval_ns <= 0)) {
    return {.status = Status::invalid_schedule};
  }
  if (const Answer judged = check_leg({command.payer, command.payee, command.amount}); judged.status != Status::ok) {
    return judged;
  }
  orders_.push_back(
      {command.payer, command.payee, command.amount, command.due_ns, command.interval_ns, command.occurrences, false});
  return {.id = orders_.size()};
}

Answer ModelLedger::run_cancel(const Command& command) {
  if (command.reference < 1 || command.reference > orders_.size()) return {.status = Status::unknown_schedule};
  Order& order = orders_[command.reference - 1];
  if (order.cancelled) return {.status = Status::schedule_cancelled};
  if (order.left == 0) return {.status = Status::schedule_finished};
  order.cancelled = true;
  return {.id = command.reference};
}

RunAnswer ModelLedger::run_one_due(TimeNs now_ns) {
  RunAnswer answer;
  Order* order = next_due(now_ns);
  // An order whose turn it is gives it up where a later occurrence of its own is due.
  const auto outdated = [&] { return order->left > 1 && has_come(order->due_ns + order->interval_ns, now_ns); };
  while (catch_up_ == CatchUp::latest_only && order != nullptr && outdated()) {
    for (; outdated(); ++answer.skipped) {
      --order->left;
      order->due_ns += order->interval_ns;
    }
    order = next_due(now_ns);
  }
  if (order == nullptr) return answer;
  const Order fired = *order;
  --order->left;
  order->due_ns += order->interval_ns;
  // No key that a caller may use.
  const std::string key = "schedule:" + std::to_string(order - orders_.data()) + "/" + std::to_string(order->left);
  const Answer moved = execute_once(Command::transfer(key, fired.payer, fired.payee, fired.amount), now_ns);
  ++(moved.status == Status::ok ? answer.fired : answer.failed);
  answer.more = next_due(now_ns) != nullptr;
  return answer;
}

ModelLedger::Order* ModelLedger::next_due(TimeNs now_ns) {
  Order* earliest = nullptr;
  for (Order& order : orders_) {
    const bool due = !order.cancelled && order.left > 0 && has_come(order.due_ns, now_ns);
    if (due && (earliest == nullptr || order.due_ns < earliest->due_ns)) earliest = &order;
  }
  return earliest;
}

BalanceAnswer ModelLedger::balance(AccountId account, TimeNs now_ns) const {
  if (!is_open(account)) return {.status = Status::unknown_account};
  return {Status::ok, balance_of(account, last_id()), held_of(account, now_ns), last_of(account, last_id())};
}

BalanceAnswer ModelLedger::balance_at(AccountId account, TransactionId as_of) const {
  if (!is_open(account)) return {.status = Status::unknown_account};
  return {Status::ok, balance_of(account, as_of), 0, last_of(account, as_of)};
}

Status ModelLedger::statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                              std::vector<StatementEntry>& entries) const {
  entries.clear();
  if (!is_open(account)) return Status::unknown_account;
  for (TransactionId id = std::max<TransactionId>(from, 1); id <= std::min(to, last_id()); ++id) {
    if (entries.size() < limit && last_of(account, id) == id) entries.push_back(entry_of(account, id));
  }
  return Status::ok;
}

TrialBalance ModelLedger::trial_balance() const {
  std::map<Currency, CurrencyTotal> totals;
  for (const auto& [account, holder] : accounts_) {
    CurrencyTotal& total = totals[holder.currency];
    total.currency = holder.currency;
    ++total.accounts;
    total.balances += balance_of(account, last_id());
    total.outside = total.balances;  // there is no other source of money
  }
  TrialBalance trial{.as_of = last_id(), .totals = {}};
  for (const auto& [currency, total] : totals) trial.totals.push_back(total);
  return trial;
}

std::uint64_t ModelLedger::fingerprint() const {
  std::uint64_t print = 1;
  const auto add = [&](auto value) { print = mix_bits(print * 31 + static_cast<std::uint64_t>(value)); };
  for (const auto& [account, holder] : accounts_) {
    add(account);
    add(holder.clock_ns.value_or(std::numeric_limits<TimeNs>::min()));
  }
  for (const Event& event : events_) {
    for (const auto part : {event.payer, event.payee}) add(part);
    add(event.kind);
    add(event.amount);
    add(event.at_ns);
    add(event.reversed ? 1 : 0);
    add(event.deadline_ns);
    add(event.state);
  }
  for (const Order& order : orders_) {
    for (const auto part : {order.payer, order.payee}) add(part);
    add(order.amount);
    add(order.due_ns);
    add(order.left);
    add(order.cancelled ? 1 : 0);
  }
  for (const auto& [key, known] : known_) {
    add(known.answer.id);
    add(known.answer.status);
    add(known.command.kind);
    add(known.command.amount);
    add(known.command.reference);
  }
  return print;
}

}  // namespace contend::ledger
