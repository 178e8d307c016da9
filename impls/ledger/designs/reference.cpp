#include "impls/base/registry.hpp"
#include "impls/ledger/rules/sequential_ledger.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::ledger {
namespace {

// One mutex around the sequential ledger. Nothing can deadlock with one lock, every audit is an instant for free, and
// on few cores the lock is often cheaper than what would replace it.
constexpr Contract contract{
    .technique = "coarse_lock",
    .summary = "one mutex around the sequential ledger: the oracle for the others and the yardstick for their speed",
    .shared_state = "ledger_: accounts, keys, journal and calendar",
    .protected_by = "mutex_ guards all of it; one lock, so there is no lock order and no deadlock",
    .claim_point = "the insertion of the key inside the critical section",
    .ordering = "the mutex orders all operations; each sees all earlier ones",
    .progress = "blocking: a stalled lock holder delays everybody; an audit delays all transfers for O(accounts)",
    .shutdown = "owns no threads; callers finish before destruction",
    .failure = "bad_alloc leaves the ledger as it was, the key unclaimed; at most a transaction id is skipped",
    .complexity = "transfer O(1) expected, chain O(legs), trial balance O(accounts)",
    .memory = "one journal record and two statement entries per transfer, one map node per key; nothing is forgotten",
    .source = "monitor (Hoare, 1974); TigerBeetle's argument that one core can be enough",
};

class ReferenceLedger final : public Ledger {
 public:
  explicit ReferenceLedger(const Options& options) : ledger_(options) {}

  Answer execute(const Command& command, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return ledger_.execute(command, now_ns);
  }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    const MutexLock lock(mutex_);
    return ledger_.run_due(now_ns, budget);
  }
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    const MutexLock lock(mutex_);
    return ledger_.balance(account, now_ns);
  }
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) override {
    const MutexLock lock(mutex_);
    return ledger_.balance_at(account, as_of);
  }
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) override {
    const MutexLock lock(mutex_);
    return ledger_.statement(account, from, to, limit, entries);
  }
  TrialBalance trial_balance() override {
    const MutexLock lock(mutex_);
    return ledger_.trial_balance();
  }

 private:
  Mutex mutex_{{"ledger", 0}};
  SequentialLedger ledger_ GUARDED_BY(mutex_);
};

const bool registered = register_implementation<Ledger, ReferenceLedger>("reference", contract);

}  // namespace
}  // namespace contend::ledger
