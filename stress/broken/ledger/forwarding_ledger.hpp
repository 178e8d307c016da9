#pragma once

#include <memory>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"

namespace contend::ledger {

// A correct ledger behind which a broken one hides everything but its bug: it overrides what it breaks.
class ForwardingLedger : public Ledger {
 public:
  ForwardingLedger() : inner_(Registry<Ledger>::instance().find("sorted_locks")->make({})) {}

  Answer execute(const Command& command, TimeNs now_ns) override { return inner_->execute(command, now_ns); }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override { return inner_->run_due(now_ns, budget); }
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override { return inner_->balance(account, now_ns); }
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    return inner_->balance_at(account, as_of);
  }
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    return inner_->statement(account, from, to, limit, entries);
  }
  TrialBalance trial_balance() override { return inner_->trial_balance(); }

 protected:
  std::unique_ptr<Ledger> inner_;
};

}  // namespace contend::ledger
