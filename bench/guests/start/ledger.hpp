#pragma once

#include <memory>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// A ledger that passes: it hands every call to the reference. Take the calls over one by one, and judge it again after each
// step. What each must do is told in impls/ledger/ledger.hpp. Where yours promises less than the strictest `Guarantees`, say so
// in a static member `guarantees`.
class StartingFile : public Ledger {
 public:
  explicit StartingFile(const Options& options)
      : inner_(Registry<Ledger>::instance().find("reference")->make(options)) {}

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

 private:
  std::unique_ptr<Ledger> inner_;
};

}  // namespace contend::ledger
