#include <algorithm>
#include <array>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/ledger/locking/account_locking_ledger.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"
#include "impls/sync/cache_line.hpp"

namespace contend::ledger {
namespace {

// A fixed number of mutexes protects all accounts. Memory for locks is bounded however many accounts there are; in
// return commands on different accounts of one stripe wait for each other. The stripes of a command are taken in
// ascending order, each once: two accounts of one stripe must not lock it twice.
constexpr Contract contract =
    Contract{
        .technique = "striped",
        .summary = "a fixed number of mutexes over all accounts, taken in ascending order of stripe, each once",
        .shared_state =
            "accounts and the array of stripe mutexes; the key table, the journal and the calendar beside them",
        .protected_by = "the mutex of stripe_of(account id) guards the account",
        .claim_point = "the key: its insertion under the stripe lock; the money: the last account stripe taken",
        .ordering = "transactions that share a stripe are ordered by its mutex, and their ids in the same order",
        .progress = "blocking: a stalled holder delays all accounts of its stripes",
        .complexity = "transfer: O(1) expected and at most two locks; audit: one lock at a time",
        .memory = "32 mutexes; one journal record and two entries per transfer, one record per key",
        .source = "lock striping (Java's ConcurrentHashMap, Lea 2004)",
    }
        .within(account_locking);

class StripedLocks {
 public:
  struct Slot {
    Slot(AccountId id, Currency currency) : account(id, currency) {}
    Account account;  // guarded by the mutex of its stripe; which is known only at run time
  };

  class Guard {
   public:
    // The analysis cannot follow a set of locks whose size is known only at run time.
    Guard(StripedLocks& locking, std::span<Slot* const> slots) NO_THREAD_SAFETY_ANALYSIS : locking_(locking) {
      for (const Slot* slot : slots) stripes_.push_back(hash_number(slot->account.id) % stripe_count);
      std::ranges::sort(stripes_);
      const auto duplicates = std::ranges::unique(stripes_);
      stripes_.erase(duplicates.begin(), duplicates.end());
      for (const std::size_t stripe : stripes_) locking_.mutexes_[stripe].value.lock();
      locking_.attempts_.add(1, 0);
    }
    ~Guard() NO_THREAD_SAFETY_ANALYSIS {
      for (const std::size_t stripe : stripes_) locking_.mutexes_[stripe].value.unlock();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    StripedLocks& locking_;
    boost::container::static_vector<std::size_t, 2 * max_chain_legs> stripes_;
  };

  explicit StripedLocks(const Ledger::Options&) {}
  Counters counters() const { return attempts_.sum(); }

 private:
  static constexpr std::size_t stripe_count = 32;
  std::array<Padded<Mutex>, stripe_count> mutexes_;
  AttemptCounters attempts_;
};

const bool registered = register_implementation<Ledger, AccountLockingLedger<StripedLocks>>("striped", contract);

}  // namespace
}  // namespace contend::ledger
