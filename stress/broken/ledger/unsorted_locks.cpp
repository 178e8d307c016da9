#include <algorithm>

#include "impls/ledger/locking/mutex_per_account.hpp"
#include "stress/driver/attack.hpp"

namespace contend::ledger {
namespace {

// As sorted_locks, but each command takes its accounts in an order of its own: two transfers between the same accounts
// can each hold what the other waits for.
class UnsortedLocks {
 public:
  using Slot = AccountWithMutex;

  class Guard {
   public:
    // The analysis cannot follow a set of locks whose size is known only at run time.
    Guard(UnsortedLocks& locking, std::span<Slot* const> slots) NO_THREAD_SAFETY_ANALYSIS
        : slots_(slots.begin(), slots.end()) {
      if (locking.commands_.fetch_add(1) % 2 == 1) std::ranges::reverse(slots_);
      for (Slot* slot : slots_) slot->mutex.lock();
    }
    ~Guard() NO_THREAD_SAFETY_ANALYSIS {
      for (Slot* slot : slots_) slot->mutex.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    std::vector<Slot*> slots_;
  };

  explicit UnsortedLocks(const Ledger::Options&) {}
  Counters counters() const { return {}; }

 private:
  std::atomic<std::uint64_t> commands_{0};
};

const bool registered = register_broken<Ledger, AccountLockingLedger<UnsortedLocks>>(
    {.name = "unsorted_locks",
     .number = 28,
     .bug = "locks the accounts of a transfer in no fixed order",
     .rule = "no cycle of waits can close",
     .caught_by = "storm",
     .ending = Ending::deadlock});

}  // namespace
}  // namespace contend::ledger
