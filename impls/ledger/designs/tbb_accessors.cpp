#include <tbb/concurrent_hash_map.h>

#include <array>
#include <memory>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/ledger/locking/account_locking_ledger.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"

namespace contend::ledger {
namespace {

// The elements of TBB's concurrent_hash_map carry their own reader-writer lock, held by an accessor. One element per
// account serves as its lock; a command takes the accessors in ascending order of id. Two accessors to one element in
// one thread would wait for each other for ever, which ascending distinct ids rule out.
constexpr Contract contract =
    Contract{
        .technique = "tbb",
        .summary =
            "the element locks of TBB's concurrent_hash_map, taken as accessors in ascending order of account id",
        .shared_state =
            "accounts; locks_: one element per account; the key table, the journal and the calendar beside them",
        .protected_by = "the accessor of the element with the account's id guards the account",
        .claim_point = "the key: its insertion under the stripe lock; the money: the last accessor taken",
        .ordering =
            "transactions that share an account are ordered by its element lock, and their ids in the same order",
        .progress = "blocking, spinning: a stalled holder keeps those who need one of its accounts spinning",
        .complexity = "transfer: O(1) expected, one more hash probe per account than with a mutex inside the account",
        .memory = "one hash node per account; one journal record and two entries per transfer, one record per key",
        .source = "oneTBB concurrent_hash_map",
    }
        .within(account_locking);

class TbbAccessors {
 public:
  struct Slot {
    Slot(AccountId id, Currency currency) : account(id, currency) {}
    Account account;  // guarded by the accessor of its id
  };

 private:
  struct Nothing {};
  class Compare {
   public:
    std::size_t hash(AccountId id) const { return hash_(id); }
    bool equal(AccountId one, AccountId other) const { return one == other; }

   private:
    NumberHash hash_;
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Locks =
      tbb::concurrent_hash_map<AccountId, Nothing, Compare, std::allocator<std::pair<const AccountId, Nothing>>>;

 public:
  class Guard {
   public:
    Guard(TbbAccessors& locking, std::span<Slot* const> slots) {
      for (std::size_t i = 0; i < slots.size(); ++i) locking.locks_.insert(held_[i], slots[i]->account.id);
      locking.attempts_.add(1, 0);
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    std::array<Locks::accessor, 2 * max_chain_legs> held_;
  };

  explicit TbbAccessors(const Ledger::Options& options) : locks_(checked_accounts(options)) {}
  Counters counters() const { return attempts_.sum(); }

 private:
  Locks locks_;
  AttemptCounters attempts_;
};

const bool registered = register_implementation<Ledger, AccountLockingLedger<TbbAccessors>>("tbb_accessors", contract);

}  // namespace
}  // namespace contend::ledger
