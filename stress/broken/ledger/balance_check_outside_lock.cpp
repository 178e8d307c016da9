#include <thread>

#include "stress/broken/ledger/overdraft_ledger.hpp"

namespace contend::ledger {
namespace {

// Whether there is enough money is tested in one step and the money taken in the next: two withdrawals can both find
// enough for one.
class BalanceCheckOutsideLock final : public OverdraftLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    if (takes_money(command)) {
      if (balance(command.payer, now_ns).balance < command.amount) return {.status = Status::insufficient_funds};
      std::this_thread::yield();
    }
    return run(command, now_ns);
  }
};

const bool registered = register_broken_ledger<BalanceCheckOutsideLock>(
    "balance_check_outside_lock", 30, "funds are checked before the account is locked", "no account goes below zero",
    "linearizability");

}  // namespace
}  // namespace contend::ledger
