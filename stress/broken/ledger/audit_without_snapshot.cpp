
#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// The trial balance adds up balances as it finds them, one account after the other, while money moves between them.
class AuditWithoutSnapshot final : public ForwardingLedger {
 public:
  TrialBalance trial_balance() override {
    TrialBalance trial = inner_->trial_balance();
    for (CurrencyTotal& total : trial.totals) {
      total.balances = 0;
      for (AccountId account = 1; account <= total.accounts; ++account) {
        total.balances += inner_->balance(account, 0).balance;
        open_window();
      }
    }
    return trial;
  }
};

const bool registered =
    register_broken<Ledger, AuditWithoutSnapshot>({.name = "audit_without_snapshot",
                                                   .number = 33,
                                                   .bug = "the trial balance is read account by account",
                                                   .rule = "a trial balance is one instant",
                                                   .caught_by = "storm"});

}  // namespace
}  // namespace contend::ledger
