#include "impls/base/registry.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"
#include "impls/ledger/locking/mutex_per_account.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::ledger {
namespace {

// Wait for one lock and only try the others. When one of them is taken, release all and begin again by waiting for that
// one. Nobody waits while holding a lock, so no cycle of waits can close, and accounts need no order. std::lock and
// std::scoped_lock do the same. The price is work thrown away, with no bound on how often.
constexpr Contract contract =
    Contract{
        .technique = "try_and_back_off",
        .summary =
            "waits for one account lock and only tries the others; if one is taken, releases all and starts over there",
        .protected_by = "slot.mutex guards slot.account; a thread that waits for an account lock holds no other",
        .progress = "blocking, and without a bound: two callers can make each other start over again and again",
        .complexity = "transfer: O(1) expected times the number of attempts; audit: one lock at a time",
        .source = "std::lock (C++11); the algorithm was studied by Howard Hinnant as smart and polite",
    }
        .within(mutex_per_account);

class TryAndBackOff {
 public:
  using Slot = AccountWithMutex;

  class Guard {
   public:
    // The analysis cannot follow a set of locks whose size is known only at run time.
    Guard(TryAndBackOff& locking, std::span<Slot* const> slots) NO_THREAD_SAFETY_ANALYSIS : slots_(slots) {
      std::uint64_t aborts = 0;
      Backoff backoff;
      for (std::size_t first = 0; !slots_.empty() && !try_from(first); ++aborts) backoff.pause();
      locking.attempts_.add(aborts + 1, aborts);
    }
    ~Guard() NO_THREAD_SAFETY_ANALYSIS {
      for (Slot* slot : slots_) slot->mutex.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    // Waits for slots_[first] and tries the others in turn. On failure it holds nothing, and `first` is the slot that
    // was taken.
    bool try_from(std::size_t& first) NO_THREAD_SAFETY_ANALYSIS {
      const std::size_t count = slots_.size();
      slots_[first]->mutex.lock();
      for (std::size_t step = 1; step < count; ++step) {
        const std::size_t next = (first + step) % count;
        if (slots_[next]->mutex.try_lock()) continue;
        for (std::size_t undo = 0; undo < step; ++undo) slots_[(first + undo) % count]->mutex.unlock();
        first = next;
        return false;
      }
      return true;
    }

    const std::span<Slot* const> slots_;
  };

  explicit TryAndBackOff(const Ledger::Options&) {}
  Counters counters() const { return attempts_.sum(); }

 private:
  AttemptCounters attempts_;
};

const bool registered =
    register_implementation<Ledger, AccountLockingLedger<TryAndBackOff>>("try_and_back_off", contract);

}  // namespace
}  // namespace contend::ledger
