#include "impls/ledger/ledger.hpp"

#include <algorithm>

#include "impls/base/check.hpp"
#include "impls/base/enum_text.hpp"

namespace contend::ledger {

std::string_view to_string(Status status) {
  return enum_text(status);
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

}  // namespace contend::ledger
