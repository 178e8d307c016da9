#include <mutex>

#include "stress/broken/ledger/overdraft_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// An optimistic ledger that takes money by a plain subtraction, which commutes, and therefore validates only the
// account it writes a new balance to: the payee. That the payer had enough was read, and is not validated.
class OptimisticWithoutValidationOfReads final : public OverdraftLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    if (!takes_money(command)) {
      const std::scoped_lock lock(committing_);
      return run(command, now_ns);
    }
    while (true) {
      const TransactionId payee_seen = inner_->balance(command.payee, now_ns).as_of;
      const bool enough = balance(command.payer, now_ns).balance >= command.amount;
      if (!enough) return {.status = Status::insufficient_funds};
      open_window();
      const std::scoped_lock lock(committing_);
      if (inner_->balance(command.payee, now_ns).as_of == payee_seen) return run(command, now_ns);
    }
  }

 private:
  std::mutex committing_;
};

const bool registered = register_broken<Ledger, OptimisticWithoutValidationOfReads>(
    {.name = "optimistic_without_validation_of_reads",
     .number = 38,
     .bug = "validates the account it credits, not the one it judged by",
     .rule = "what a transaction has read still holds when it commits",
     .caught_by = "linearizability"});

}  // namespace
}  // namespace contend::ledger
