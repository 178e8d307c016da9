#include "impls/base/registry.hpp"
#include "impls/ledger/locking/account_locking_ledger.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::ledger {
namespace {

// Every command gets a ticket when it first asks for accounts. Meeting an account that is held, an older command waits
// and a younger one dies: it releases all it holds and starts over with its old ticket. Only older commands wait for
// younger ones, so no cycle can close; and since tickets age, no command dies for ever.
constexpr Contract contract =
    Contract{
        .technique = "wait_die",
        .summary =
            "tickets decide at a held account: the older command waits, the younger releases all and starts over",
        .shared_state =
            "accounts, each with the ticket of its holder; the ticket counter; key table, journal and calendar",
        .protected_by = "slot.holder (0: free) is the lock of slot.account, taken by compare-and-swap",
        .claim_point = "the key: its insertion under the stripe lock; the money: the CAS that takes the last account",
        .ordering = "release of slot.holder publishes the account to the CAS that takes it next",
        .progress = "blocking; no deadlock and no starvation: the oldest command never dies",
        .complexity = "transfer: O(1) expected times the number of attempts; audit: one account at a time",
        .memory = "one word per account; one journal record and two entries per transfer, one record per key",
        .source = "wait-die (Rosenkrantz, Stearns and Lewis, 1978)",
    }
        .within(account_locking);

class WaitDie {
 public:
  struct Slot {
    Slot(AccountId id, Currency currency) : account(id, currency) {}
    std::atomic<std::uint64_t> holder{0};  // ticket of the command that holds the account; 0: nobody
    Account account;                       // guarded by holder
  };

  class Guard {
   public:
    Guard(WaitDie& locking, std::span<Slot* const> slots) : slots_(slots) {
      const std::uint64_t ticket = locking.next_ticket_.fetch_add(1);
      std::uint64_t deaths = 0;
      Backoff backoff;
      for (; !take_all(ticket); ++deaths) backoff.pause();
      locking.attempts_.add(deaths + 1, deaths);
    }
    ~Guard() { let_go(slots_.size()); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    bool take_all(std::uint64_t ticket) {
      // Wait-die needs no order of accounts. They come in ascending order all the same, so here it only says who waits.
      for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (take(*slots_[i], ticket)) continue;
        let_go(i);
        return false;
      }
      return true;
    }

    // False: the holder is older, so this command has to die.
    static bool take(Slot& slot, std::uint64_t ticket) {
      Backoff backoff;
      while (true) {
        std::uint64_t holder = 0;
        // (1) acquire: sees the account as left by (2).
        if (slot.holder.compare_exchange_weak(holder, ticket, std::memory_order_acquire, std::memory_order_relaxed)) {
          return true;
        }
        if (holder != 0 && holder < ticket) return false;
        backoff.pause();
      }
    }

    void let_go(std::size_t count) {
      // (2) release: publishes the account to (1).
      for (std::size_t i = 0; i < count; ++i) slots_[i]->holder.store(0, std::memory_order_release);
    }

    const std::span<Slot* const> slots_;
  };

  explicit WaitDie(const Ledger::Options&) {}
  Counters counters() const { return attempts_.sum(); }

 private:
  alignas(cache_line_bytes) std::atomic<std::uint64_t> next_ticket_{1};
  AttemptCounters attempts_;
};

const bool registered = register_implementation<Ledger, AccountLockingLedger<WaitDie>>("wait_die", contract);

}  // namespace
}  // namespace contend::ledger
