#pragma once

#include "impls/base/check.hpp"
#include "impls/ledger/sequential/sequential_ledger.hpp"
#include "impls/sync/delegation/delegated.hpp"

namespace contend::ledger {

// The sequential ledger, worked on by an executor: who runs the work, and when, is all in which such designs differ. A
// batch is one piece of work.
template <class Executor>
class DelegatedLedger : public Ledger {
 public:
  explicit DelegatedLedger(const Options& options) : state_(options) {}

  Answer execute(const Command& command, TimeNs now_ns) override {
    return state_.call([&](auto& ledger) { return ledger.execute(command, now_ns); });
  }
  void execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers) override {
    CONTEND_CHECK(commands.size() == answers.size(), "one answer per command");
    state_.call([&](auto& ledger) {
      for (std::size_t i = 0; i < commands.size(); ++i) answers[i] = ledger.execute(commands[i], now_ns);
    });
  }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    return state_.call([&](auto& ledger) { return ledger.run_due(now_ns, budget); });
  }
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    return state_.call([&](auto& ledger) { return ledger.balance(account, now_ns); });
  }
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    return state_.call([&](auto& ledger) { return ledger.balance_at(account, as_of); });
  }
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    return state_.call([&](auto& ledger) { return ledger.statement(account, from, to, limit, entries); });
  }
  TrialBalance trial_balance() override {
    return state_.call([](auto& ledger) { return ledger.trial_balance(); });
  }

 private:
  Delegated<SequentialLedger, Executor> state_;
};

}  // namespace contend::ledger
