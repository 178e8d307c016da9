#include "impls/ledger/rules/shape.hpp"

#include <cstdint>
#include <initializer_list>

#include "impls/base/enum_text.hpp"

namespace contend::ledger {
namespace {

using FieldSet = std::uint32_t;

constexpr FieldSet fields(std::initializer_list<CommandField> used) {
  FieldSet set = 0;
  for (const CommandField field : used) set |= FieldSet{1} << static_cast<unsigned>(field);
  return set;
}

constexpr FieldSet fields_of(CommandKind command_kind) {
  using enum CommandField;
  switch (command_kind) {
    case CommandKind::open_account:
      return fields({payee, currency});
    case CommandKind::deposit:
      return fields({payee, amount});
    case CommandKind::withdraw:
      return fields({payer, amount});
    case CommandKind::transfer:
      return fields({payer, payee, amount});
    case CommandKind::chain:
      return fields({legs});
    case CommandKind::hold:
      return fields({payer, payee, amount, timeout_ns});
    case CommandKind::post:
      return fields({amount, reference});
    case CommandKind::schedule:
      return fields({payer, payee, amount, due_ns, interval_ns, occurrences});
    case CommandKind::void_hold:
    case CommandKind::reverse:
    case CommandKind::cancel:
      return fields({reference});
  }
  return 0;
}

constexpr std::size_t kinds = enum_count<CommandKind>;

bool has_kind(const Command& command) {
  return static_cast<std::size_t>(command.kind) < kinds;
}

// The first field that is set and not among those used; none: there is none.
CommandField first_stray(const Command& command, FieldSet used) {
  using enum CommandField;
  const auto stray = [&](CommandField field, bool set) { return set && (used & fields({field})) == 0; };
  if (stray(payer, command.payer != 0)) return payer;
  if (stray(payee, command.payee != 0)) return payee;
  if (stray(amount, command.amount != 0)) return amount;
  if (stray(currency, command.currency != 0)) return currency;
  if (stray(reference, command.reference != 0)) return reference;
  if (stray(timeout_ns, command.timeout_ns != 0)) return timeout_ns;
  if (stray(due_ns, command.due_ns != 0)) return due_ns;
  if (stray(interval_ns, command.interval_ns != 0)) return interval_ns;
  if (stray(occurrences, command.occurrences != 0)) return occurrences;
  return stray(legs, !command.legs.empty()) ? legs : none;
}

}  // namespace

Answer check_shape(const Command& command) {
  if (!has_kind(command)) return {.status = Status::invalid_field, .field = CommandField::kind};
  const CommandField stray = first_stray(command, fields_of(command.kind));
  if (stray != CommandField::none) return {.status = Status::invalid_field, .field = stray};
  if (command.legs.size() > max_chain_legs) return {.status = Status::invalid_chain};
  return {};
}

bool is_recordable(const Command& command) {
  return has_kind(command) && command.legs.size() <= max_chain_legs;
}

}  // namespace contend::ledger
