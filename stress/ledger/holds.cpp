// What an answer says to be set aside against the transaction that it names: both of one instant, whatever happens
// meanwhile. No order of calls has to be searched for.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"

namespace contend::ledger {
namespace {

constexpr Sized hold_calls{.full = 300, .small = {2, 4}};
constexpr AccountId overlapping = 1;  // there is always a hold when the next is made, and then the older is posted
constexpr AccountId expiring = 2;     // a hold ends by its time
constexpr AccountId payee = 3;
constexpr Amount start_balance = 1'000'000;
constexpr TimeNs tick_ns = 1000;

struct HoldOutcomes {
  Round& round;
  Outcomes::Counter& looks = round.required("holds looked at", "with the transaction that the answer names");
  Outcomes::Counter& torn = round.forbidden("torn holds", "what is set aside is not of the transaction that is named");
  Outcomes::Counter& outlived =
      round.forbidden("holds that outlive their time", "still set aside at or after their end");
};

// Both accounts are changed by one thread alone. A hold tells by its amount and time which transaction came
// before it.
Amount held_after(TransactionId id) {
  return 1 + static_cast<Amount>(id % 7);
}
TimeNs time_of(TransactionId id) {
  return static_cast<TimeNs>(id) * tick_ns;
}
TimeNs end_of_hold_after(TransactionId id) {
  return time_of(id) + tick_ns / 2;
}

class Writer {
 public:
  explicit Writer(Ledger& ledger) : ledger_(ledger) {
    open_accounts(ledger, payee, start_balance);
    const TransactionId before = ledger_.deposit("one", overlapping, 1, 0).id;
    open_amount_ = held_after(before);
    open_hold_ = ledger_.hold("open", overlapping, payee, open_amount_, tick_ns, 0).id;
    last_ = ledger_.deposit("two", overlapping, 1, 0).id;
    last_expiring_ = ledger_.balance(expiring, 0).as_of;
  }

  void post_the_older(const std::string& key) {
    const Amount amount = held_after(last_);
    const TransactionId hold = ledger_.hold(key + "/hold", overlapping, payee, amount, tick_ns, 0).id;
    last_ = ledger_.post(key + "/post", open_hold_, open_amount_, 0).id;
    open_hold_ = hold;
    open_amount_ = amount;
  }

  void let_expire(const std::string& key) {
    ledger_.hold(key + "/hold", expiring, payee, 1, tick_ns / 2, time_of(last_expiring_));
    last_expiring_ = ledger_.deposit(key + "/late", expiring, 1, end_of_hold_after(last_expiring_)).id;
  }

 private:
  Ledger& ledger_;
  TransactionId last_ = 0;
  TransactionId open_hold_ = 0;
  Amount open_amount_ = 0;
  TransactionId last_expiring_ = 0;
};

// After a transaction the older hold is there, made after the one before; and then perhaps the next, made after itself.
void look_at_overlapping(Ledger& ledger, std::vector<StatementEntry>& entries, HoldOutcomes& seen) {
  const BalanceAnswer told = ledger.balance(overlapping, 0);
  constexpr TransactionId far_enough = 20;
  ledger.statement(overlapping, told.as_of - std::min(told.as_of, far_enough), told.as_of, far_enough, entries);
  if (entries.size() < 2) return;
  ++seen.looks;
  const Amount older = held_after(entries[entries.size() - 2].id);
  if (told.held != older && told.held != older + held_after(told.as_of)) ++seen.torn;
}

// `known` is the transaction that was named last, by which the time is chosen at which to look.
void look_at_expiring(Ledger& ledger, TransactionId& known, HoldOutcomes& seen) {
  const TimeNs now_ns = end_of_hold_after(known);
  const BalanceAnswer told = ledger.balance(expiring, now_ns);
  ++seen.looks;
  if (told.held != 0 && now_ns >= end_of_hold_after(told.as_of)) ++seen.outlived;
  known = told.as_of;
}

void round_of_holds(const Subject<Ledger>& subject, Round& round) {
  HoldOutcomes seen(round);
  const int calls = round.size(hold_calls);
  const auto ledger = subject.make({});
  Writer writer(*ledger);
  const TransactionId first = ledger->balance(expiring, 0).as_of;
  const bool expire = round.random()() % 2 == 0;
  round.run_threads(round.threads(2), [&](int thread) {
    std::vector<StatementEntry> entries;
    TransactionId known = first;
    for (int i = 0; i < calls; ++i) {
      if (thread == 0) {
        expire ? writer.let_expire(std::to_string(i)) : writer.post_the_older(std::to_string(i));
      } else {
        expire ? look_at_expiring(*ledger, known, seen) : look_at_overlapping(*ledger, entries, seen);
      }
      round.count_operation();
    }
  });
}
const bool holds_registered = register_attack<Ledger>(
    {"holds", "what an answer says to be set aside belongs to the transaction that it names", round_of_holds});

}  // namespace
}  // namespace contend::ledger
