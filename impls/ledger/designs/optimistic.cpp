#include <limits>
#include <optional>

#include "impls/base/registry.hpp"
#include "impls/ledger/locking/account_locking_ledger.hpp"
#include "impls/ledger/locking/attempt_counters.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::ledger {
namespace {

// A command first reads its accounts without holding anything and judges from that. A refusal stands if no version has
// changed meanwhile: it never writes. Otherwise the accounts are taken in ascending order, each by exchanging the very
// version that was read: holding them all proves that the judgement still holds. One failed exchange throws the attempt
// away. After a few attempts the command waits for the accounts in ascending order instead, which cannot close a cycle.
constexpr Contract contract =
    Contract{
        .technique = "optimistic",
        .summary =
            "reads accounts and their versions unheld, validates the versions while taking them; refusals never lock",
        .shared_state =
            "accounts, each with a version and copies of what is judged by; key table, journal and calendar",
        .protected_by =
            "slot.version (odd: held) is the lock of slot.account; the copies are read under a sequence check",
        .claim_point =
            "the key: its insertion under the stripe lock; money: the CAS on the last version; a refusal and a "
            "balance: the last version read again",
        .ordering = "release of slot.version publishes account and copies to the CAS or the read that sees it",
        .progress = "blocking; no deadlock, and no endless retry: after 8 attempts a command waits in ascending order",
        .complexity = "transfer: O(1) expected times at most 9 attempts; audit: one account at a time",
        .memory = "one cache line per account; one journal record and two entries per transfer, one record per key",
        .source =
            "optimistic concurrency control (Kung and Robinson, 1981) with Silo's version locks (Tu et al., 2013) and "
            "seqlock reads (Boehm, 2012)",
    }
        .within(account_locking);

class Optimistic {
 public:
  // What of an account may be read without holding it.
  struct Copy {
    std::uint64_t version = 0;
    Amount balance = 0;
    Amount held = 0;
    TimeNs clock_ns = std::numeric_limits<TimeNs>::min();
    TransactionId last = 0;
  };

  struct Slot {
    Slot(AccountId id, Currency currency) : account(id, currency) {}

    // Waits while the account is held; the copy is of one instant.
    Copy read() const {
      Backoff backoff;
      while (true) {
        Copy copy;
        // (1) acquire: sees the copies as (4) left them, or later ones.
        copy.version = version.load(std::memory_order_acquire);
        // (2) acquire: a copy written by a later holder brings that holder's (5) into sight of the check below.
        copy.balance = balance.load(std::memory_order_acquire);
        copy.held = held.load(std::memory_order_acquire);
        copy.clock_ns = clock_ns.load(std::memory_order_acquire);
        copy.last = last.load(std::memory_order_acquire);
        if (copy.version % 2 == 0 && unchanged(copy)) return copy;
        backoff.pause();
      }
    }
    // Relaxed: (2) came before and orders it.
    bool unchanged(const Copy& copy) const { return version.load(std::memory_order_relaxed) == copy.version; }

    // Holds the account if nobody has changed it since the copy was made.
    bool take_unchanged(const Copy& copy) {
      std::uint64_t expected = copy.version;
      // (5) acquire: sees the account as left by (4), and comes before the holder's (3).
      return version.compare_exchange_strong(expected, copy.version + 1, std::memory_order_acquire,
                                             std::memory_order_relaxed);
    }
    void take() {
      while (!take_unchanged(read())) {
      }
    }
    // Looking at an account and leaving it as it was gives the old version back: nobody's attempt is spoiled.
    void let_go() {
      const TransactionId last_now = account.entries.empty() ? 0 : account.entries.back().id;
      // Relaxed: only who holds the account writes these.
      const bool same = last.load(std::memory_order_relaxed) == last_now &&
                        held.load(std::memory_order_relaxed) == account.held &&
                        clock_ns.load(std::memory_order_relaxed) == account.clock_ns;
      const std::uint64_t taken = version.load(std::memory_order_relaxed);
      if (!same) {
        // (3) release: who reads one of these by (2) also sees the version odd.
        balance.store(account.balance, std::memory_order_release);
        held.store(account.held, std::memory_order_release);
        clock_ns.store(account.clock_ns, std::memory_order_release);
        last.store(last_now, std::memory_order_release);
      }
      // (4) release: publishes the account to (5) and the copies to (1).
      version.store(same ? taken - 1 : taken + 1, std::memory_order_release);
    }

    alignas(cache_line_bytes) std::atomic<std::uint64_t> version{0};  // odd: held
    std::atomic<Amount> balance{0};
    std::atomic<Amount> held{0};
    std::atomic<TimeNs> clock_ns{std::numeric_limits<TimeNs>::min()};
    std::atomic<TransactionId> last{0};
    Account account;  // guarded by version
  };

  using Slots = std::span<Slot* const>;

  class Guard {
   public:
    Guard(Optimistic&, Slots slots) : slots_(slots) {
      for (Slot* slot : slots_) slot->take();
    }
    // Of accounts that are held already.
    explicit Guard(Slots taken) : slots_(taken) {}
    ~Guard() {
      for (Slot* slot : slots_) slot->let_go();
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    const Slots slots_;
  };

  explicit Optimistic(const Ledger::Options&) {}
  Counters counters() const { return attempts_.sum(); }

  // Answers the command, by `execute` while its accounts are held, or unheld where it is refused.
  template <class Execute>
  Answer run(const Command& command, Slots slots, TimeNs now_ns, Execute execute) {
    Backoff backoff;
    for (std::uint64_t aborts = 0; aborts < patience; ++aborts) {
      Copies copies;
      for (const Slot* slot : slots) copies.push_back(slot->read());
      if (lacks_funds(command, slots, copies, now_ns)) {
        if (all_unchanged(slots, copies)) {
          attempts_.add(aborts + 1, aborts);
          return {.status = Status::insufficient_funds};
        }
      } else if (take_all_unchanged(slots, copies)) {
        const Guard guard(slots);
        attempts_.add(aborts + 1, aborts);
        return execute();
      }
      backoff.pause();
    }
    attempts_.add(patience + 1, patience);
    const Guard guard(*this, slots);
    return execute();
  }

  // Nothing where only who holds the account can tell what is still set aside at that time.
  static std::optional<BalanceAnswer> read_balance(const Slot& slot, TimeNs now_ns) {
    const Copy copy = slot.read();
    if (copy.held != 0 && now_ns > copy.clock_ns) return std::nullopt;
    return BalanceAnswer{Status::ok, copy.balance, copy.held, copy.last};
  }

 private:
  using Copies = boost::container::static_vector<Copy, 2 * max_chain_legs>;

  static bool all_unchanged(Slots slots, const Copies& copies) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (!slots[i]->unchanged(copies[i])) return false;
    }
    return true;
  }

  static bool take_all_unchanged(Slots slots, const Copies& copies) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i]->take_unchanged(copies[i])) continue;
      while (i-- > 0) slots[i]->let_go();
      return false;
    }
    return true;
  }

  // Whether a withdrawal, transfer or hold between accounts that exist is refused for want of money, and nothing else.
  // False where that takes more than the copies: holds that may have expired, an earlier error, another command.
  static bool lacks_funds(const Command& command, Slots slots, const Copies& copies, TimeNs now_ns) {
    const bool withdrawal = command.kind == CommandKind::withdraw;
    const bool hold = command.kind == CommandKind::hold;
    if (!withdrawal && !hold && command.kind != CommandKind::transfer) return false;
    if (command.amount <= 0 || (hold && command.timeout_ns <= 0)) return false;
    if (slots.size() != (withdrawal ? 1u : 2u)) return false;
    if (slots.front()->account.currency != slots.back()->account.currency) return false;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i]->account.id != command.payer) continue;
      const bool may_have_expired = copies[i].held != 0 && now_ns > copies[i].clock_ns;
      return !may_have_expired && copies[i].balance - copies[i].held < command.amount;
    }
    return false;
  }

  static constexpr std::uint64_t patience = 8;
  AttemptCounters attempts_;
};

const bool registered = register_implementation<Ledger, AccountLockingLedger<Optimistic>>("optimistic", contract);

}  // namespace
}  // namespace contend::ledger
