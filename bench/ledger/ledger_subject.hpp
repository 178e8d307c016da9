#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/ledger/ledger_caller.hpp"

namespace contend::ledger {

class LedgerSubject final : public CallerSubject<Ledger, LedgerCaller> {
 public:
  LedgerSubject(std::unique_ptr<Ledger> ledger, const Mix& mix, Source source)
      : CallerSubject(std::move(ledger)), mix_(mix), source_(std::move(source)) {}

  void prefill() override {
    for (AccountId first = 1; first <= mix_.accounts; first += fill_batch) {
      const AccountId end = std::min<AccountId>(first + fill_batch, mix_.accounts + 1);
      run_batch(first, end, "open", {.kind = CommandKind::open_account, .key = {}, .currency = euro});
      run_batch(first, end, "fill", {.kind = CommandKind::deposit, .key = {}, .amount = source_.start_balance});
    }
  }
  std::string validate_state() override {
    const TrialBalance trial = system().trial_balance();
    if (!trial.balanced()) return "the books do not balance";
    // A deposit an account, by prefill, and what the callers were told. A hold at the very end need not show.
    const std::uint64_t told = mix_.accounts + sum(&LedgerCaller::transactions);
    if (trial.as_of > told || trial.as_of + sum(&LedgerCaller::holds) < told) {
      return "the books hold " + std::to_string(trial.as_of) + " of " + std::to_string(told) + " transactions";
    }
    auto expected = static_cast<WideAmount>(mix_.accounts) * source_.start_balance;
    for (const LedgerCaller* caller : callers()) expected += caller->brought();
    const bool kept = trial.totals.size() == 1 && trial.totals[0].balances == expected;
    return kept ? "" : "money appeared or vanished";
  }
  std::size_t entries() const override { return mix_.accounts; }
  Attempts attempts() const override {
    const Counters counters = system().counters().value_or(Counters{});
    return {counters.attempts, counters.aborts};
  }

 private:
  LedgerCaller make_caller(int number, std::uint64_t seed) override {
    return LedgerCaller(system(), mix_, source_, number, seed);
  }

  // In batches: a durable ledger syncs once per batch.
  static constexpr AccountId fill_batch = 512;
  void run_batch(AccountId first, AccountId end, const std::string& prefix, const Command& pattern) {
    std::vector<std::string> keys;
    for (AccountId account = first; account < end; ++account) keys.push_back(prefix + std::to_string(account));
    std::vector<Command> commands(keys.size(), pattern);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      commands[i].key = keys[i];
      commands[i].payee = first + i;
    }
    std::vector<Answer> answers(keys.size());
    system().execute_batch(commands, 0, answers);
  }

  const Mix mix_;
  const Source source_;
};

}  // namespace contend::ledger
