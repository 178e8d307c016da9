#include "impls/base/registry.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"
#include "impls/ledger/locking/mutex_per_account.hpp"

namespace contend::ledger {
namespace {

// One mutex per account, always taken in ascending order of account id. In a cycle of waits some thread would wait for
// a smaller id than one it holds, and none does.
constexpr Contract contract =
    Contract{
        .technique = "fine_grained_locks",
        .summary = "a mutex per account, taken in ascending order of id, so that no cycle of waits can close",
        .protected_by = "slot.mutex guards slot.account; key stripes and the calendar have locks of their own",
        .progress =
            "blocking: a stalled holder delays those who need one of its accounts; waiters may queue in a chain",
        .complexity = "transfer: O(1) expected and two locks; chain: one lock per account; audit: one lock at a time",
        .source = "resource ordering (Havender, 1968)",
    }
        .within(mutex_per_account);

class SortedLocks {
 public:
  using Slot = AccountWithMutex;

  class Guard {
   public:
    // The analysis cannot follow a set of locks whose size is known only at run time.
    Guard(SortedLocks& locking, std::span<Slot* const> slots) NO_THREAD_SAFETY_ANALYSIS : slots_(slots) {
      for (Slot* slot : slots_) slot->mutex.lock();
      locking.attempts_.add(1, 0);
    }
    ~Guard() NO_THREAD_SAFETY_ANALYSIS {
      for (Slot* slot : slots_) slot->mutex.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    const std::span<Slot* const> slots_;
  };

  explicit SortedLocks(const Ledger::Options&) {}
  Counters counters() const { return attempts_.sum(); }

 private:
  AttemptCounters attempts_;
};

const bool registered = register_implementation<Ledger, AccountLockingLedger<SortedLocks>>("sorted_locks", contract);

}  // namespace
}  // namespace contend::ledger
