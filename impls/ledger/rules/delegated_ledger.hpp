#pragma once

#include "impls/base/check.hpp"
#include "impls/ledger/rules/sequential_ledger.hpp"

namespace contend::ledger {

// A sequential ledger on which only an executor works: callers hand it their work and wait. `Executor::call(work)` runs
// one work at a time and returns its result; who runs it, and when, is all in which such designs differ. A batch is
// handed over as one piece of work.
template <class Executor>
class DelegatedLedger final : public Ledger {
 public:
  explicit DelegatedLedger(const Options& options) : ledger_(options) {}

  Answer execute(const Command& command, TimeNs now_ns) override {
    return executor_.call([&] { return ledger_.execute(command, now_ns); });
  }
  void execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers) override {
    CONTEND_CHECK(commands.size() == answers.size(), "one answer per command");
    executor_.call([&] {
      for (std::size_t i = 0; i < commands.size(); ++i) answers[i] = ledger_.execute(commands[i], now_ns);
    });
  }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    return executor_.call([&] { return ledger_.run_due(now_ns, budget); });
  }
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    return executor_.call([&] { return ledger_.balance(account, now_ns); });
  }
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    return executor_.call([&] { return ledger_.balance_at(account, as_of); });
  }
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    return executor_.call([&] { return ledger_.statement(account, from, to, limit, entries); });
  }
  TrialBalance trial_balance() override {
    return executor_.call([&] { return ledger_.trial_balance(); });
  }

 private:
  SequentialLedger ledger_;  // touched by the executor alone
  Executor executor_;        // last: it stops before the ledger goes
};

}  // namespace contend::ledger
