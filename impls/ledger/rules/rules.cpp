#include "impls/ledger/rules/rules.hpp"
#include "impls/base/enum_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "impls/base/check.hpp"
#include "impls/ledger/rules/moves.hpp"

namespace contend::ledger {
namespace {

Account* find(HeldAccounts accounts, AccountId id) {
  const auto place = std::ranges::find(accounts, id, [](const Account* account) { return account->id; });
  return place == accounts.end() ? nullptr : *place;
}

struct Parties {
  Account* payer = nullptr;
  Account* payee = nullptr;
};

Status check_leg_shape(const Leg& leg) {
  if (leg.amount <= 0) return Status::invalid_amount;
  if (leg.payer == outside || leg.payee == outside) return Status::invalid_account;
  return leg.payer == leg.payee ? Status::same_account : Status::ok;
}

// Shape, existence and currency of one transfer between two accounts, in the order of Status.
Answer check_parties(const Leg& leg, HeldAccounts accounts, Parties& parties) {
  if (const Status bad = check_leg_shape(leg); bad != Status::ok) return {.status = bad};
  parties = {find(accounts, leg.payer), find(accounts, leg.payee)};
  if (parties.payer == nullptr) return {.status = Status::unknown_account, .field = CommandField::payer};
  if (parties.payee == nullptr) return {.status = Status::unknown_account, .field = CommandField::payee};
  if (parties.payer->currency != parties.payee->currency) return {.status = Status::currency_mismatch};
  return {};
}

Answer run_legs(const Command& command, std::span<const Leg> legs, HeldAccounts accounts, Journal& journal,
                TimeNs now_ns) {
  Moves done;
  for (std::uint32_t i = 0; i < legs.size(); ++i) {
    Parties parties;
    Answer judged = check_parties(legs[i], accounts, parties);
    const Move move{parties.payer, parties.payee, legs[i].amount};
    if (judged.status == Status::ok) judged.status = check_funds(move, 0, now_ns);
    if (judged.status != Status::ok) {
      undo(done);
      judged.leg = i;
      return judged;
    }
    shift(move);
    done.push_back(move);
  }
  return settle(done, command.kind, journal, now_ns);
}

Answer run_single(const Move& move, CommandKind kind, Journal& journal, TimeNs now_ns) {
  if (const Status refused = check_funds(move, 0, now_ns); refused != Status::ok) return {.status = refused};
  shift(move);
  return settle({move}, kind, journal, now_ns);
}

Answer run_outside(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  const bool incoming = command.kind == CommandKind::deposit;
  const AccountId id = incoming ? command.payee : command.payer;
  if (command.amount <= 0) return {.status = Status::invalid_amount};
  if (id == outside) return {.status = Status::invalid_account};
  Account* account = find(accounts, id);
  if (account == nullptr) {
    return {.status = Status::unknown_account, .field = incoming ? CommandField::payee : CommandField::payer};
  }
  const Move move{incoming ? nullptr : account, incoming ? account : nullptr, command.amount};
  return run_single(move, command.kind, journal, now_ns);
}

Answer run_hold(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  const Leg leg{command.payer, command.payee, command.amount};
  if (const Status bad = check_leg_shape(leg); bad == Status::invalid_amount || bad == Status::invalid_account) {
    return {.status = bad};
  }
  if (command.timeout_ns <= 0) return {.status = Status::invalid_timeout};
  Parties parties;
  const Answer judged = check_parties(leg, accounts, parties);
  if (judged.status != Status::ok) return judged;
  Account& payer = *parties.payer;
  if (payer.balance - payer.held_at(now_ns) < command.amount) return {.status = Status::insufficient_funds};
  // Both nodes are made before the hold has an id, so that nothing can throw once it has.
  const TimeNs deadline_ns = deadline_after(payer.time_at(now_ns), command.timeout_ns);
  std::map<TransactionId, Hold> hold{{0, {command.payee, command.amount, deadline_ns, HoldState::open}}};
  std::set<std::pair<TimeNs, TransactionId>> deadline{{deadline_ns, 0}};
  const TransactionId id = journal.reserve(1);
  auto hold_node = hold.extract(hold.begin());
  hold_node.key() = id;
  auto deadline_node = deadline.extract(deadline.begin());
  deadline_node.value().second = id;
  payer.add_hold(std::move(hold_node), std::move(deadline_node));
  journal.publish(id, CommandKind::hold, command.payer, command.payee, command.amount);
  return {.id = id, .balance = payer.balance};
}

// The record of a transaction whose accounts are all held; nullptr also for one that was published only after the
// caller had looked for its accounts, which then came too late for this command.
JournalRecord* find_record(TransactionId id, HeldAccounts accounts, const Journal& journal) {
  JournalRecord* record = journal.find(id);
  if (record == nullptr) return nullptr;
  const auto held = [&](AccountId account) { return account == outside || find(accounts, account) != nullptr; };
  return held(record->payer) && held(record->payee) ? record : nullptr;
}

// post and void_hold.
Answer run_resolve(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  const bool posting = command.kind == CommandKind::post;
  if (posting && command.amount <= 0) return {.status = Status::invalid_amount};
  const JournalRecord* record = find_record(command.reference, accounts, journal);
  if (record == nullptr || record->kind != CommandKind::hold) return {.status = Status::unknown_hold};
  Account& payer = *find(accounts, record->payer);
  const Hold hold = payer.holds.at(command.reference);
  const bool open = hold.state == HoldState::open;
  if (hold.state == HoldState::expired || (open && !is_alive(hold.deadline_ns, payer.time_at(now_ns)))) {
    return {.status = Status::hold_expired};
  }
  if (!open) return {.status = Status::hold_resolved};
  if (!posting) {
    payer.resolve(command.reference, HoldState::voided);
    return {.id = command.reference, .balance = payer.balance};
  }
  if (command.amount > hold.amount) return {.status = Status::exceeds_hold};
  const Move move{&payer, find(accounts, hold.payee), command.amount};
  if (const Status refused = check_funds(move, hold.amount, now_ns); refused != Status::ok) {
    return {.status = refused};
  }
  shift(move);
  const Answer answer = settle({move}, command.kind, journal, now_ns);
  payer.resolve(command.reference, HoldState::posted);
  return answer;
}

Answer run_reverse(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  JournalRecord* record = find_record(command.reference, accounts, journal);
  if (record == nullptr) return {.status = Status::unknown_transaction};
  if (record->kind == CommandKind::hold || record->kind == CommandKind::reverse) {
    return {.status = Status::not_reversible};
  }
  if (record->reversed) return {.status = Status::already_reversed};
  const Move back{find(accounts, record->payee), find(accounts, record->payer), record->amount};
  const Answer answer = run_single(back, command.kind, journal, now_ns);
  if (answer.status == Status::ok) record->reversed = true;
  return answer;
}

}  // namespace

std::size_t checked_accounts(const Ledger::Options& options) {
  require_enumerator("failures", options.failures);
  require_enumerator("catch_up", options.catch_up);
  if (options.expected_accounts <= max_expected_accounts) return options.expected_accounts;
  throw std::invalid_argument(
      fmt::format("expected_accounts is {}; allowed is 0 to {}", options.expected_accounts, max_expected_accounts));
}

Status check_key(std::string_view key) {
  const bool valid = !key.empty() && key.size() <= max_idempotency_key_bytes && !key.starts_with(reserved_key_prefix);
  return valid ? Status::ok : Status::invalid_key;
}

AccountIds accounts_of(const Command& command, const Journal& journal) {
  AccountIds ids;
  const auto add = [&](AccountId id) {
    const auto place = std::ranges::lower_bound(ids, id);
    if (id != outside && (place == ids.end() || *place != id)) ids.insert(place, id);
  };
  if (command.kind == CommandKind::chain) {
    for (const Leg& leg : command.legs) add(leg.payer), add(leg.payee);
    return ids;
  }
  if (command.reference != 0) {
    const JournalRecord* record = journal.find(command.reference);
    if (record != nullptr) add(record->payer), add(record->payee);
    return ids;
  }
  add(command.payer);
  add(command.payee);
  return ids;
}

namespace {

Answer run_held(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  switch (command.kind) {
    case CommandKind::deposit:
    case CommandKind::withdraw:
      return run_outside(command, accounts, journal, now_ns);
    case CommandKind::transfer: {
      const std::array leg{Leg{command.payer, command.payee, command.amount}};
      return run_legs(command, leg, accounts, journal, now_ns);
    }
    case CommandKind::chain:
      if (command.legs.empty()) return {.status = Status::invalid_chain};
      return run_legs(command, command.legs, accounts, journal, now_ns);
    case CommandKind::hold:
      return run_hold(command, accounts, journal, now_ns);
    case CommandKind::post:
    case CommandKind::void_hold:
      return run_resolve(command, accounts, journal, now_ns);
    case CommandKind::reverse:
      return run_reverse(command, accounts, journal, now_ns);
    case CommandKind::open_account:
    case CommandKind::schedule:
    case CommandKind::cancel:
      break;
  }
  CONTEND_CHECK(false, "this kind of command does not work on held accounts");
}

// Of those held, the ones whose money the command was about: a hold that is made or given back is the payer's alone.
void advance_clocks(const Command& command, HeldAccounts accounts, const Journal& journal, TimeNs now_ns) {
  switch (command.kind) {
    case CommandKind::hold:
      return find(accounts, command.payer)->advance(now_ns);
    case CommandKind::void_hold:
      return find(accounts, find_record(command.reference, accounts, journal)->payer)->advance(now_ns);
    default:
      for (Account* account : accounts) account->advance(now_ns);
  }
}

}  // namespace

Answer execute_held(const Command& command, HeldAccounts accounts, Journal& journal, TimeNs now_ns) {
  for (Account* account : accounts) make_room(*account, std::max<std::size_t>(command.legs.size(), 1));
  const Answer answer = run_held(command, accounts, journal, now_ns);
  if (answer.status == Status::ok) advance_clocks(command, accounts, journal, now_ns);
  return answer;
}

Answer answer_cancel(Status status, const Command& command) {
  return {.status = status, .id = status == Status::ok ? command.reference : 0};
}

Status check_open(const Command& command) {
  return command.payee == outside ? Status::invalid_account : Status::ok;
}

Answer check_schedule(const Command& command, const Account* payer, const Account* payee) {
  if (command.amount <= 0) return {.status = Status::invalid_amount};
  if (command.payer == outside || command.payee == outside) return {.status = Status::invalid_account};
  if (command.occurrences == 0 || (command.occurrences > 1 && command.interval_ns <= 0)) {
    return {.status = Status::invalid_schedule};
  }
  if (command.payer == command.payee) return {.status = Status::same_account};
  if (payer == nullptr) return {.status = Status::unknown_account, .field = CommandField::payer};
  if (payee == nullptr) return {.status = Status::unknown_account, .field = CommandField::payee};
  if (payer->currency != payee->currency) return {.status = Status::currency_mismatch};
  return {};
}

}  // namespace contend::ledger
