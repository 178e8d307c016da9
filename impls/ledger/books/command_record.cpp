#include "impls/ledger/books/command_record.hpp"

#include <algorithm>

namespace contend::ledger {

CommandRecord::CommandRecord(const Command& command)
    : command_(command), legs_(command.legs.begin(), command.legs.end()) {
  command_.key = {};
  command_.legs = {};
}

CommandField CommandRecord::first_difference(const Command& command) const {
  if (command.kind != command_.kind) return CommandField::kind;
  if (command.payer != command_.payer) return CommandField::payer;
  if (command.payee != command_.payee) return CommandField::payee;
  if (command.amount != command_.amount) return CommandField::amount;
  if (command.currency != command_.currency) return CommandField::currency;
  if (command.reference != command_.reference) return CommandField::reference;
  if (command.timeout_ns != command_.timeout_ns) return CommandField::timeout_ns;
  if (command.due_ns != command_.due_ns) return CommandField::due_ns;
  if (command.interval_ns != command_.interval_ns) return CommandField::interval_ns;
  if (command.occurrences != command_.occurrences) return CommandField::occurrences;
  return std::ranges::equal(command.legs, legs_) ? CommandField::none : CommandField::legs;
}

Answer replay(const CommandRecord& recorded, const Answer& answer, const Command& command) {
  if (const CommandField field = recorded.first_difference(command); field != CommandField::none) {
    return {.status = Status::key_conflict, .field = field};
  }
  Answer again = answer;
  again.replayed = true;
  return again;
}

}  // namespace contend::ledger
