#include "impls/ledger/command.hpp"

#include "impls/base/enum_text.hpp"

namespace contend::ledger {

std::string_view to_string(CommandKind kind) {
  return enum_text(kind);
}

std::string_view to_string(CommandField field) {
  return enum_text(field);
}

Command Command::open_account(std::string_view key, AccountId account, Currency currency) {
  return {.kind = CommandKind::open_account, .key = key, .payee = account, .currency = currency};
}

Command Command::deposit(std::string_view key, AccountId account, Amount amount) {
  return {.kind = CommandKind::deposit, .key = key, .payee = account, .amount = amount};
}

Command Command::withdraw(std::string_view key, AccountId account, Amount amount) {
  return {.kind = CommandKind::withdraw, .key = key, .payer = account, .amount = amount};
}

Command Command::transfer(std::string_view key, AccountId payer, AccountId payee, Amount amount) {
  return {.kind = CommandKind::transfer, .key = key, .payer = payer, .payee = payee, .amount = amount};
}

Command Command::transfer_chain(std::string_view key, std::span<const Leg> legs) {
  return {.kind = CommandKind::chain, .key = key, .legs = legs};
}

Command Command::hold(std::string_view key, AccountId payer, AccountId payee, Amount amount, DurationNs timeout_ns) {
  return {.kind = CommandKind::hold,
          .key = key,
          .payer = payer,
          .payee = payee,
          .amount = amount,
          .timeout_ns = timeout_ns};
}

Command Command::post(std::string_view key, TransactionId hold, Amount amount) {
  return {.kind = CommandKind::post, .key = key, .amount = amount, .reference = hold};
}

Command Command::void_hold(std::string_view key, TransactionId hold) {
  return {.kind = CommandKind::void_hold, .key = key, .reference = hold};
}

Command Command::reverse(std::string_view key, TransactionId transaction) {
  return {.kind = CommandKind::reverse, .key = key, .reference = transaction};
}

Command Command::schedule(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs due_ns,
                          DurationNs interval_ns, std::uint32_t occurrences) {
  return {.kind = CommandKind::schedule,
          .key = key,
          .payer = payer,
          .payee = payee,
          .amount = amount,
          .due_ns = due_ns,
          .interval_ns = interval_ns,
          .occurrences = occurrences};
}

Command Command::cancel(std::string_view key, ScheduleId schedule) {
  return {.kind = CommandKind::cancel, .key = key, .reference = schedule};
}

}  // namespace contend::ledger
