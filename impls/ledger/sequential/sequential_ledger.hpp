#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/ledger/books/account.hpp"
#include "impls/ledger/books/calendar.hpp"
#include "impls/ledger/books/command_record.hpp"
#include "impls/ledger/books/journal.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// The ledger without any synchronisation: what `reference` puts under one lock, a single writer owns, a combiner works
// on, and a log replays. Same meaning and complexity as Ledger; deterministic, given the calls and their times.
class SequentialLedger {
 public:
  explicit SequentialLedger(const Ledger::Options& options);

  Answer execute(const Command& command, TimeNs now_ns);
  RunAnswer run_due(TimeNs now_ns, std::size_t budget);

  BalanceAnswer balance(AccountId account, TimeNs now_ns) const;
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) const;
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) const;
  TrialBalance trial_balance() const;

 private:
  struct KeyRecord {
    CommandRecord command;
    Answer answer;
  };

  Answer execute_once(const Command& command, TimeNs now_ns);
  Answer run(const Command& command, TimeNs now_ns);
  Account* find(AccountId account);
  const Account* find(AccountId account) const;

  const Ledger::Options options_;
  std::unordered_map<AccountId, Account, NumberHash> accounts_;
  std::unordered_map<std::string, KeyRecord, BytesHash, std::equal_to<>> keys_;
  Journal journal_;
  Calendar calendar_;
};

}  // namespace contend::ledger
