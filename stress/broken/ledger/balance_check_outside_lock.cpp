
#include "stress/broken/ledger/overdraft_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// Whether there is enough money is tested in one step and the money taken in the next: two withdrawals can both find
// enough for one.
class BalanceCheckOutsideLock final : public OverdraftLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    if (takes_money(command)) {
      if (balance(command.payer, now_ns).balance < command.amount) return {.status = Status::insufficient_funds};
      open_window();
    }
    return run(command, now_ns);
  }
};

const bool registered =
    register_broken<Ledger, BalanceCheckOutsideLock>({.name = "balance_check_outside_lock",
                                                      .number = 30,
                                                      .bug = "funds are checked before the account is locked",
                                                      .rule = "no account goes below zero",
                                                      .caught_by = "linearizability"});

}  // namespace
}  // namespace contend::ledger
