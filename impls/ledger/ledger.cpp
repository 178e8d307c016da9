#include "impls/ledger/ledger.hpp"

#include <algorithm>

#include "impls/base/check.hpp"

namespace contend::ledger {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::invalid_key:
      return "invalid_key";
    case Status::key_conflict:
      return "key_conflict";
    case Status::invalid_amount:
      return "invalid_amount";
    case Status::invalid_account:
      return "invalid_account";
    case Status::invalid_chain:
      return "invalid_chain";
    case Status::invalid_schedule:
      return "invalid_schedule";
    case Status::invalid_timeout:
      return "invalid_timeout";
    case Status::same_account:
      return "same_account";
    case Status::account_exists:
      return "account_exists";
    case Status::unknown_account:
      return "unknown_account";
    case Status::currency_mismatch:
      return "currency_mismatch";
    case Status::unknown_transaction:
      return "unknown_transaction";
    case Status::not_reversible:
      return "not_reversible";
    case Status::already_reversed:
      return "already_reversed";
    case Status::unknown_hold:
      return "unknown_hold";
    case Status::hold_expired:
      return "hold_expired";
    case Status::hold_resolved:
      return "hold_resolved";
    case Status::exceeds_hold:
      return "exceeds_hold";
    case Status::unknown_schedule:
      return "unknown_schedule";
    case Status::schedule_cancelled:
      return "schedule_cancelled";
    case Status::schedule_finished:
      return "schedule_finished";
    case Status::insufficient_funds:
      return "insufficient_funds";
    case Status::balance_overflow:
      return "balance_overflow";
  }
  return "?";
}

std::string_view to_string(CommandKind kind) {
  switch (kind) {
    case CommandKind::open_account:
      return "open_account";
    case CommandKind::deposit:
      return "deposit";
    case CommandKind::withdraw:
      return "withdraw";
    case CommandKind::transfer:
      return "transfer";
    case CommandKind::chain:
      return "chain";
    case CommandKind::hold:
      return "hold";
    case CommandKind::post:
      return "post";
    case CommandKind::void_hold:
      return "void_hold";
    case CommandKind::reverse:
      return "reverse";
    case CommandKind::schedule:
      return "schedule";
    case CommandKind::cancel:
      return "cancel";
  }
  return "?";
}

std::string_view to_string(CommandField field) {
  switch (field) {
    case CommandField::none:
      return "none";
    case CommandField::kind:
      return "kind";
    case CommandField::payer:
      return "payer";
    case CommandField::payee:
      return "payee";
    case CommandField::amount:
      return "amount";
    case CommandField::currency:
      return "currency";
    case CommandField::reference:
      return "reference";
    case CommandField::timeout_ns:
      return "timeout_ns";
    case CommandField::due_ns:
      return "due_ns";
    case CommandField::interval_ns:
      return "interval_ns";
    case CommandField::occurrences:
      return "occurrences";
    case CommandField::legs:
      return "legs";
  }
  return "?";
}

bool TrialBalance::balanced() const {
  return std::ranges::all_of(totals, [](const CurrencyTotal& total) { return total.balances == total.outside; });
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"durable", durable ? "answers survive a crash" : "in memory"}};
}

void Ledger::execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers) {
  CONTEND_CHECK(commands.size() == answers.size(), "one answer per command");
  for (std::size_t i = 0; i < commands.size(); ++i) answers[i] = execute(commands[i], now_ns);
}

Answer Ledger::open_account(std::string_view key, AccountId account, Currency currency, TimeNs now_ns) {
  Command command{.kind = CommandKind::open_account, .key = key};
  command.payee = account;
  command.currency = currency;
  return execute(command, now_ns);
}

Answer Ledger::deposit(std::string_view key, AccountId account, Amount amount, TimeNs now_ns) {
  Command command{.kind = CommandKind::deposit, .key = key};
  command.payee = account;
  command.amount = amount;
  return execute(command, now_ns);
}

Answer Ledger::withdraw(std::string_view key, AccountId account, Amount amount, TimeNs now_ns) {
  Command command{.kind = CommandKind::withdraw, .key = key};
  command.payer = account;
  command.amount = amount;
  return execute(command, now_ns);
}

Answer Ledger::transfer(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs now_ns) {
  Command command{.kind = CommandKind::transfer, .key = key};
  command.payer = payer;
  command.payee = payee;
  command.amount = amount;
  return execute(command, now_ns);
}

Answer Ledger::transfer_chain(std::string_view key, std::span<const Leg> legs, TimeNs now_ns) {
  Command command{.kind = CommandKind::chain, .key = key};
  command.legs = legs;
  return execute(command, now_ns);
}

Answer Ledger::hold(std::string_view key, AccountId payer, AccountId payee, Amount amount, DurationNs timeout_ns,
                    TimeNs now_ns) {
  Command command{.kind = CommandKind::hold, .key = key};
  command.payer = payer;
  command.payee = payee;
  command.amount = amount;
  command.timeout_ns = timeout_ns;
  return execute(command, now_ns);
}

Answer Ledger::post(std::string_view key, TransactionId hold, Amount amount, TimeNs now_ns) {
  Command command{.kind = CommandKind::post, .key = key};
  command.reference = hold;
  command.amount = amount;
  return execute(command, now_ns);
}

Answer Ledger::void_hold(std::string_view key, TransactionId hold, TimeNs now_ns) {
  Command command{.kind = CommandKind::void_hold, .key = key};
  command.reference = hold;
  return execute(command, now_ns);
}

Answer Ledger::reverse(std::string_view key, TransactionId transaction, TimeNs now_ns) {
  Command command{.kind = CommandKind::reverse, .key = key};
  command.reference = transaction;
  return execute(command, now_ns);
}

Answer Ledger::schedule(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs due_ns,
                        DurationNs interval_ns, std::uint32_t occurrences, TimeNs now_ns) {
  Command command{.kind = CommandKind::schedule, .key = key};
  command.payer = payer;
  command.payee = payee;
  command.amount = amount;
  command.due_ns = due_ns;
  command.interval_ns = interval_ns;
  command.occurrences = occurrences;
  return execute(command, now_ns);
}

Answer Ledger::cancel(std::string_view key, ScheduleId schedule, TimeNs now_ns) {
  Command command{.kind = CommandKind::cancel, .key = key};
  command.reference = schedule;
  return execute(command, now_ns);
}

}  // namespace contend::ledger
