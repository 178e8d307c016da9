#include <mutex>
#include <set>
#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// Whether a transaction has been reversed is tested in one step and noted in another, the money going back in between.
class DoubleReversal final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    if (command.kind != CommandKind::reverse) return inner_->execute(command, now_ns);
    {
      const std::scoped_lock lock(mutex_);
      if (reversed_.contains(command.reference)) return {.status = Status::already_reversed};
    }
    open_window();
    const Leg back = way_back(command.reference);
    if (back.amount == 0) return {.status = Status::unknown_transaction};
    const Answer answer = inner_->transfer(command.key, back.payer, back.payee, back.amount, now_ns);
    const std::scoped_lock lock(mutex_);
    reversed_.insert(command.reference);
    return answer;
  }

 private:
  // The transfer `id` the other way round, from the statements of accounts 1 and 2; no amount: there is none.
  Leg way_back(TransactionId id) {
    for (const AccountId account : {AccountId{1}, AccountId{2}}) {
      std::vector<StatementEntry> entries;
      inner_->statement(account, id, id, 1, entries);
      if (!entries.empty() && entries[0].change < 0) return {entries[0].counterparty, account, -entries[0].change};
    }
    return {};
  }

  std::mutex mutex_;
  std::set<TransactionId> reversed_;
};

const bool registered = register_broken<Ledger, DoubleReversal>({.name = "double_reversal",
                                                                 .number = 34,
                                                                 .bug = "the reversed flag is tested outside the lock",
                                                                 .rule = "a second reversal is refused",
                                                                 .caught_by = "claims"});

}  // namespace
}  // namespace contend::ledger
