#include "impls/ledger/sequential/sequential_ledger.hpp"

#include <boost/container/static_vector.hpp>

#include "impls/ledger/rules/rules.hpp"
#include "impls/ledger/rules/shape.hpp"

namespace contend::ledger {

SequentialLedger::SequentialLedger(const Ledger::Options& options) : options_(options) {
  accounts_.reserve(checked_accounts(options));
}

Account* SequentialLedger::find(AccountId account) {
  const auto place = accounts_.find(account);
  return place == accounts_.end() ? nullptr : &place->second;
}

const Account* SequentialLedger::find(AccountId account) const {
  const auto place = accounts_.find(account);
  return place == accounts_.end() ? nullptr : &place->second;
}

Answer SequentialLedger::execute(const Command& command, TimeNs now_ns) {
  if (const Status bad = check_key(command.key); bad != Status::ok) return {.status = bad};
  return execute_once(command, now_ns);
}

Answer SequentialLedger::execute_once(const Command& command, TimeNs now_ns) {
  if (const auto known = keys_.find(command.key); known != keys_.end()) {
    return replay(known->second.command, known->second.answer, command);
  }
  if (!is_recordable(command)) return check_shape(command);
  // The record is made first, so that nothing can throw between the effect and its being remembered.
  const auto record = keys_.try_emplace(std::string(command.key), KeyRecord{CommandRecord(command), {}}).first;
  try {
    record->second.answer = run(command, now_ns);
  } catch (...) {
    keys_.erase(record);
    throw;
  }
  const Answer answer = record->second.answer;
  if (answer.status != Status::ok && options_.failures == FailurePolicy::retryable) keys_.erase(record);
  return answer;
}

Answer SequentialLedger::run(const Command& command, TimeNs now_ns) {
  if (const Answer bad = check_shape(command); bad.status != Status::ok) return bad;
  switch (command.kind) {
    case CommandKind::open_account: {
      if (const Status bad = check_open(command); bad != Status::ok) return {.status = bad};
      const bool opened = accounts_.try_emplace(command.payee, command.payee, command.currency).second;
      return {.status = opened ? Status::ok : Status::account_exists};
    }
    case CommandKind::schedule: {
      Answer answer = check_schedule(command, find(command.payer), find(command.payee));
      if (answer.status == Status::ok) answer.id = calendar_.add(command);
      return answer;
    }
    case CommandKind::cancel:
      return answer_cancel(calendar_.cancel(command.reference), command);
    default:
      break;
  }
  boost::container::static_vector<Account*, 2 * max_chain_legs> held;
  for (const AccountId id : accounts_of(command, journal_)) {
    if (Account* account = find(id); account != nullptr) held.push_back(account);
  }
  return execute_held(command, HeldAccounts(held.data(), held.size()), journal_, now_ns);
}

RunAnswer SequentialLedger::run_due(TimeNs now_ns, std::size_t budget) {
  return calendar_.run_due(now_ns, budget, options_.catch_up, [&](const Occurrence& occurrence) {
    const std::string key = occurrence.key();
    return execute_once(occurrence.command(key), now_ns).status == Status::ok;
  });
}

BalanceAnswer SequentialLedger::balance(AccountId account, TimeNs now_ns) const {
  const Account* found = find(account);
  return found == nullptr ? BalanceAnswer{.status = Status::unknown_account} : found->balance_now(now_ns);
}

BalanceAnswer SequentialLedger::balance_at(AccountId account, TransactionId as_of) const {
  const Account* found = find(account);
  return found == nullptr ? BalanceAnswer{.status = Status::unknown_account} : found->balance_at(as_of);
}

Status SequentialLedger::statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                                   std::vector<StatementEntry>& entries) const {
  entries.clear();
  const Account* found = find(account);
  if (found == nullptr) return Status::unknown_account;
  found->copy_entries(from, to, limit, entries);
  return Status::ok;
}

TrialBalance SequentialLedger::trial_balance() const {
  TrialBalance trial{.as_of = journal_.last(), .totals = {}};
  for (const auto& [id, account] : accounts_) add_to_totals(account, trial.as_of, trial.totals);
  return trial;
}

}  // namespace contend::ledger
