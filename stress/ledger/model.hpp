#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// What ledger.hpp says, written down a second time as plainly as can be, to judge the designs by. It shares no code
// with them. For one caller at a time; sums are worked out anew from all events, and assumed not to overflow. A copy is
// a ledger of its own, so that the search for an order can go back.
class ModelLedger {
 public:
  explicit ModelLedger(FailurePolicy failures = FailurePolicy::final, CatchUp catch_up = CatchUp::every)
      : failures_(failures), catch_up_(catch_up) {}

  Answer execute(const Command& command, TimeNs now_ns);
  // Fires one occurrence at most: more are a sequence of operations.
  RunAnswer run_one_due(TimeNs now_ns);
  BalanceAnswer balance(AccountId account, TimeNs now_ns) const;
  BalanceAnswer balance_at(AccountId account, TransactionId as_of) const;
  Status statement(AccountId account, TransactionId from, TransactionId to, std::size_t limit,
                   std::vector<StatementEntry>& entries) const;
  TrialBalance trial_balance() const;

  std::uint64_t fingerprint() const;

 private:
  using WideTime = __int128;  // any sum of two times
  enum class HoldState : std::uint8_t { open, posted, voided };
  // Transactions and holds, by id from 1.
  struct Event {
    CommandKind kind = CommandKind::transfer;
    AccountId payer = outside;
    AccountId payee = outside;
    Amount amount = 0;
    TimeNs at_ns = 0;
    bool reversed = false;
    WideTime deadline_ns = 0;  // of a hold
    HoldState state = HoldState::open;
  };
  struct Order {
    AccountId payer = 0;
    AccountId payee = 0;
    Amount amount = 0;
    WideTime due_ns = 0;
    DurationNs interval_ns = 0;
    std::uint32_t left = 0;
    bool cancelled = false;
  };
  struct Known {
    Command command;  // without key and legs, which point elsewhere
    std::vector<Leg> legs;
    Answer answer;
  };

  struct Holder {
    Currency currency = 0;
    std::optional<TimeNs> clock_ns;  // the latest time at which money was moved or set aside here
  };

  bool is_open(AccountId account) const { return accounts_.contains(account); }
  TimeNs time_of(AccountId account, TimeNs now_ns) const;
  // Whether what was to come at `when_ns` has come: at the largest time, or later, it never does.
  static bool has_come(WideTime when_ns, TimeNs now_ns);
  static CommandField stray_field(const Command& command);
  static Answer find_misfit(const Command& command);
  static CommandField first_difference(const Command& one, const std::vector<Leg>& legs, const Command& other);
  std::vector<AccountId> named_by(const Command& command) const;
  // All sums are worked out from the events.
  Amount balance_of(AccountId account, TransactionId as_of) const;
  Amount held_of(AccountId account, TimeNs now_ns) const;
  TransactionId last_of(AccountId account, TransactionId as_of) const;
  StatementEntry entry_of(AccountId account, TransactionId id) const;
  TransactionId last_id() const { return events_.size(); }

  Answer execute_once(const Command& command, TimeNs now_ns);
  void move_clocks(const Command& command, TimeNs now_ns);
  Answer run(const Command& command, TimeNs now_ns);
  Answer run_outside(const Command& command, TimeNs now_ns);
  Answer run_legs(const Command& command, std::span<const Leg> legs, TimeNs now_ns);
  Answer run_hold(const Command& command, TimeNs now_ns);
  Answer run_resolve(const Command& command, TimeNs now_ns);
  Answer run_reverse(const Command& command, TimeNs now_ns);
  Answer run_schedule(const Command& command);
  Answer run_cancel(const Command& command);
  Answer check_leg(const Leg& leg) const;
  Answer record(CommandKind kind, const Leg& leg, TimeNs now_ns);
  Order* next_due(TimeNs now_ns);

  FailurePolicy failures_;
  CatchUp catch_up_;
  std::map<AccountId, Holder> accounts_;
  std::vector<Event> events_;
  std::vector<Order> orders_;  // by id from 1
  std::map<std::string, Known> known_;
};

}  // namespace contend::ledger
