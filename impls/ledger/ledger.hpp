#pragma once

#include <boost/describe/enum.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impls/base/time.hpp"
#include "impls/ledger/command.hpp"

namespace contend::ledger {

class LogStorage;

// A banking ledger: accounts in integer minor units, transfers that happen exactly once per idempotency key, holds,
// reversals, scheduled transfers, statements, and a trial balance at one instant while transfers run.
//
// Sequential meaning
//   Keys    Every command carries an idempotency key that stands for the whole operation. The same key with the same
//           payload answers what was recorded, marked `replayed`, whatever has happened since. The same key with
//           another payload is a conflict that names the first field that differs. Under FailurePolicy::final a refused
//           command is recorded like a successful one; under retryable it leaves no trace, and the key may be tried
//           again. invalid_key, key_conflict, a command of no kind, and one with more than max_chain_legs legs are never
//           recorded. While the command of a key runs, others with that key wait for its outcome.
//   Money   An account never goes below zero: balance - held >= 0, where `held` is what open holds have set aside.
//           Deposits and withdrawals come from and go to the outside of the ledger; everything else moves money between
//           accounts. Sums that do not fit 64 bits are refused.
//   Events  Every transaction has an id; ids grow in the order of effect. A hold takes an id but writes no entry, for
//           no money has moved. Other calls know a transaction by its id once the call that made it has returned. The
//           entries of a statement are append-only: a reversal is a new transaction that refers to the old one.
//   Errors  The answer is the first that applies, in the order of Status. The legs of a chain are judged one after the
//           other, each seeing the effect of the earlier ones, and the first refused leg names the answer.
//   Time    `now_ns` comes from the caller: any instant, also a negative one. Each account remembers the latest time at
//           which a command that answered ok moved its money or set some aside, posted, voided or reversed it; for that
//           account an earlier `now_ns` counts as that time. So what has been spent of an expired hold is not set aside
//           again. Refusals and reads move no time: they tell what holds at theirs. A scheduled transfer fires at most
//           once per occurrence. What would be due or end at the largest TimeNs, or later, never does.
//
// Concurrency: every method may be called from any thread at any time and is linearizable, batches and run_due being
// sequences of such operations. Memory grows by one journal record and one or two statement entries per transaction and
// by one record per key, which is a few hundred bytes at most; nothing is ever forgotten.
//
// Out of memory: execute throws std::bad_alloc and nothing has happened. Of a batch, the commands before that one have
// happened and those behind it have not; their keys tell. run_due throws only where no occurrence has fired; else it
// answers for those that have, and `more`. A ledger that holds max_transactions throws std::length_error likewise.

using WideAmount = __int128;  // sums over accounts

inline constexpr TransactionId max_transactions = (TransactionId{1} << 28) - 1;  // of one ledger, holds included
inline constexpr std::size_t max_expected_accounts = std::size_t{1} << 24;

enum class Status : std::uint8_t {
  ok,
  invalid_key,          // empty, longer than max_idempotency_key_bytes, or with the reserved prefix
  key_conflict,         // the key stands for another payload; `field` names the first difference
  invalid_field,        // `field` is set and the kind has no use for it, or, kind, there is no such kind
  invalid_amount,       // zero or negative
  invalid_account,      // account id 0
  invalid_chain,        // no legs, or more than max_chain_legs
  invalid_schedule,     // no occurrence, or several without a positive interval
  invalid_timeout,      // zero or negative
  same_account,         // payer and payee are one account
  account_exists,       // open_account
  unknown_account,      // `field` says payer or payee
  currency_mismatch,    // payer and payee hold different currencies
  unknown_transaction,  // reverse: no such transaction
  not_reversible,       // reverse: a hold or a reversal
  already_reversed,     // reverse: done before
  unknown_hold,         // post, void: no such hold
  hold_expired,         // post, void: its timeout has passed while it was open
  hold_resolved,        // post, void: posted or voided before
  exceeds_hold,         // post: more than was held
  unknown_schedule,     // cancel: no such schedule
  schedule_cancelled,   // cancel: done before
  schedule_finished,    // cancel: every occurrence has fired
  insufficient_funds,   // the payer's balance less what is held is too small
  balance_overflow,     // a sum would not fit
};
BOOST_DESCRIBE_ENUM(Status, ok, invalid_key, key_conflict, invalid_field, invalid_amount, invalid_account,
                    invalid_chain, invalid_schedule, invalid_timeout, same_account, account_exists, unknown_account,
                    currency_mismatch, unknown_transaction, not_reversible, already_reversed, unknown_hold,
                    hold_expired, hold_resolved, exceeds_hold, unknown_schedule, schedule_cancelled, schedule_finished,
                    insufficient_funds, balance_overflow)
std::string_view to_string(Status status);

struct Answer {
  Status status = Status::ok;
  // ok: the transaction (of a chain the first leg's; the others follow without a gap), the hold that was made or voided,
  // or the schedule that was made or cancelled; 0 of open_account, which is no transaction.
  std::uint64_t id = 0;
  // ok: of the payer afterwards, or of the payee where the payer is the outside; of a chain the first leg's payer; 0 of
  // open_account, schedule and cancel, which move no money.
  Amount balance = 0;
  CommandField field = CommandField::none;  // key_conflict, invalid_field, unknown_account
  std::uint32_t leg = 0;                    // of a chain: the refused leg
  bool replayed = false;

  bool operator==(const Answer&) const = default;
};

struct BalanceAnswer {
  Status status = Status::ok;  // or unknown_account
  Amount balance = 0;
  Amount held = 0;          // by holds that are open at the time asked for; 0 in answers about the past
  TransactionId as_of = 0;  // the account's last transaction in this balance

  bool operator==(const BalanceAnswer&) const = default;
};

// One line of a statement.
struct StatementEntry {
  TransactionId id = 0;
  CommandKind kind = CommandKind::transfer;
  AccountId counterparty = 0;
  Amount change = 0;  // negative for the payer
  Amount balance_after = 0;
  Amount outside_after = 0;  // deposits less withdrawals of this account up to here
  TimeNs at_ns = 0;

  bool operator==(const StatementEntry&) const = default;
};

// Money in one currency over all accounts. The books balance iff balances == outside.
struct CurrencyTotal {
  Currency currency = 0;
  std::size_t accounts = 0;
  WideAmount balances = 0;  // sum over accounts
  WideAmount outside = 0;   // deposits less withdrawals

  bool operator==(const CurrencyTotal&) const = default;
};
struct TrialBalance {
  TransactionId as_of = 0;            // includes exactly the transactions up to this one
  std::vector<CurrencyTotal> totals;  // by currency

  bool balanced() const;
};

struct RunAnswer {
  std::size_t fired = 0;    // occurrences that moved money
  std::size_t failed = 0;   // occurrences that were refused, e.g. for insufficient funds; they are not tried again
  std::size_t skipped = 0;  // missed occurrences left out under CatchUp::latest_only when their schedule's turn came
  bool more = false;        // due occurrences were left because the budget ran out

  bool operator==(const RunAnswer&) const = default;
};

// What an implementation paid for avoiding deadlock, since construction. Read while quiet for exact figures.
struct Counters {
  std::uint64_t attempts = 0;  // attempts to lock a set of accounts, or to run a transaction optimistically
  std::uint64_t aborts = 0;    // attempts given up and begun again
};

enum class FailurePolicy : std::uint8_t { final, retryable };
BOOST_DESCRIBE_ENUM(FailurePolicy, final, retryable)
enum class CatchUp : std::uint8_t { every, latest_only };
BOOST_DESCRIBE_ENUM(CatchUp, every, latest_only)

// What readers may rely on beyond linearizability, and where answers survive.
struct Guarantees {
  bool durable = false;  // an answer is given only when it would survive a crash

  std::vector<std::pair<std::string_view, std::string>> describe() const;
};

class Ledger {
 public:
  struct Options {
    FailurePolicy failures = FailurePolicy::final;
    CatchUp catch_up = CatchUp::every;
    std::size_t expected_accounts = 1024;  // room made beforehand, at most for max_expected_accounts; not a limit
    // For durable implementations: where the log is kept, e.g. open_log_file("ledger.log"); null: in a nameless
    // temporary file.
    std::shared_ptr<LogStorage> log = nullptr;
  };
  using Guarantees = ledger::Guarantees;

  virtual ~Ledger() = default;

  // Runs one mutation. Expected O(1) apart from chains, O(legs), schedules, O(log schedules), and accounts with holds,
  // O(log holds), amortised while their times go one way.
  virtual Answer execute(const Command& command, TimeNs now_ns) = 0;

  // Runs the commands one after the other, each a linearizable operation of its own; answers[i] belongs to commands[i].
  // Requires equal sizes. Implementations that hand work to an owner or to a log do so once per batch.
  virtual void execute_batch(std::span<const Command> commands, TimeNs now_ns, std::span<Answer> answers);

  // Fires at most `budget` due occurrences of scheduled transfers in the order (due, schedule id). Missed ones follow
  // CatchUp: under latest_only, of all occurrences of a schedule that are due the latest alone fires, in the place that
  // its own due time gives it. Several callers never fire one occurrence twice. O(log schedules) for each that fires and
  // each schedule that has missed some.
  virtual RunAnswer run_due(TimeNs now_ns, std::size_t budget) = 0;

  virtual BalanceAnswer balance(AccountId account, TimeNs now_ns) = 0;
  // The balance after transaction `as_of` and all before it. O(log entries).
  virtual BalanceAnswer balance_at(AccountId account, TransactionId as_of) = 0;
  // Entries with from <= id <= to, oldest first, at most `limit`, replacing `entries`; ok or unknown_account.
  virtual Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                           std::vector<StatementEntry>& entries) = 0;
  // All accounts that are open at one instant, as they are then, while transfers run. O(accounts log entries).
  virtual TrialBalance trial_balance() = 0;

  // None where the implementation makes no attempts, or does not count them.
  virtual std::optional<Counters> counters() const { return std::nullopt; }

  // Each executes the command of its name.
  Answer open_account(std::string_view key, AccountId account, Currency currency, TimeNs now_ns) {
    return execute(Command::open_account(key, account, currency), now_ns);
  }
  Answer deposit(std::string_view key, AccountId account, Amount amount, TimeNs now_ns) {
    return execute(Command::deposit(key, account, amount), now_ns);
  }
  Answer withdraw(std::string_view key, AccountId account, Amount amount, TimeNs now_ns) {
    return execute(Command::withdraw(key, account, amount), now_ns);
  }
  Answer transfer(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs now_ns) {
    return execute(Command::transfer(key, payer, payee, amount), now_ns);
  }
  Answer transfer_chain(std::string_view key, std::span<const Leg> legs, TimeNs now_ns) {
    return execute(Command::transfer_chain(key, legs), now_ns);
  }
  Answer hold(std::string_view key, AccountId payer, AccountId payee, Amount amount, DurationNs timeout_ns,
              TimeNs now_ns) {
    return execute(Command::hold(key, payer, payee, amount, timeout_ns), now_ns);
  }
  Answer post(std::string_view key, TransactionId hold, Amount amount, TimeNs now_ns) {
    return execute(Command::post(key, hold, amount), now_ns);
  }
  Answer void_hold(std::string_view key, TransactionId hold, TimeNs now_ns) {
    return execute(Command::void_hold(key, hold), now_ns);
  }
  Answer reverse(std::string_view key, TransactionId transaction, TimeNs now_ns) {
    return execute(Command::reverse(key, transaction), now_ns);
  }
  Answer schedule(std::string_view key, AccountId payer, AccountId payee, Amount amount, TimeNs due_ns,
                  DurationNs interval_ns, std::uint32_t occurrences, TimeNs now_ns) {
    return execute(Command::schedule(key, payer, payee, amount, due_ns, interval_ns, occurrences), now_ns);
  }
  Answer cancel(std::string_view key, ScheduleId schedule, TimeNs now_ns) {
    return execute(Command::cancel(key, schedule), now_ns);
  }
};

}  // namespace contend::ledger
