#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "stress/broken/ledger/forwarding_ledger.hpp"

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
    std::this_thread::yield();
    Command back{.kind = CommandKind::transfer, .key = command.key};
    if (!find_parties(command.reference, back)) return {.status = Status::unknown_transaction};
    const Answer answer = inner_->execute(back, now_ns);
    const std::scoped_lock lock(mutex_);
    reversed_.insert(command.reference);
    return answer;
  }

 private:
  // The transfer `id` the other way round, from the statements of accounts 1 and 2.
  bool find_parties(TransactionId id, Command& back) {
    for (const AccountId account : {AccountId{1}, AccountId{2}}) {
      std::vector<StatementEntry> entries;
      inner_->statement(account, id, id, 1, entries);
      if (entries.empty() || entries[0].change > 0) continue;
      back.payer = entries[0].counterparty;
      back.payee = account;
      back.amount = -entries[0].change;
      return true;
    }
    return false;
  }

  std::mutex mutex_;
  std::set<TransactionId> reversed_;
};

const bool registered = register_broken_ledger<DoubleReversal>(
    "double_reversal", 34, "the reversed flag is tested outside the lock", "a second reversal is refused", "claims");

}  // namespace
}  // namespace contend::ledger
