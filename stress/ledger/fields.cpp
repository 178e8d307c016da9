// Every field of one answer against the others: a balance belongs to the transaction that it names, and so does a trial
// balance, whatever happens meanwhile. No order of calls has to be searched for.

#include <fmt/core.h>

#include <random>
#include <string>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"

namespace contend::ledger {
namespace {

constexpr Sized field_accounts{.full = 3, .small = {1, 2}};
constexpr Sized field_calls{.full = 300, .small = {2, 6}};
constexpr Amount start_balance = 50;
constexpr std::uint64_t amounts = 20;
constexpr DurationNs hold_timeout_ns = 1000;  // no time passes

struct FieldOutcomes {
  Round& round;
  Outcomes::Counter& balances =
      round.required("balances", "each compared with the books as of the transaction that it names");
  Outcomes::Counter& trials =
      round.required("trial balances", "each compared with the balances as of the transaction that it names");
  Outcomes::Counter& torn_balances = round.forbidden("torn balances", "balance and transaction are not of one instant");
  Outcomes::Counter& torn_statements =
      round.forbidden("torn statements", "the entry of that transaction says another balance");
  Outcomes::Counter& overheld =
      round.forbidden("held beyond the balance", "more is set aside than there is, or less than nothing");
  Outcomes::Counter& torn_trials =
      round.forbidden("torn trial balances", "not the sum of the balances as of that transaction");
};

void change_books(Ledger& ledger, AccountId accounts, const std::string& key, std::mt19937_64& random) {
  const AccountId payer = 1 + random() % accounts;
  const AccountId payee = 1 + payer % accounts;
  const Amount amount = 1 + static_cast<Amount>(random() % amounts);
  switch (random() % 4) {
    case 0:
      ledger.deposit(key, payee, amount, 0);
      break;
    case 1:
      ledger.withdraw(key, payer, amount, 0);
      break;
    case 2:
      ledger.transfer(key, payer, payee, amount, 0);
      break;
    default: {
      const Answer held = ledger.hold(key, payer, payee, amount, hold_timeout_ns, 0);
      if (held.status != Status::ok) break;
      if (random() % 2 == 0) {
        ledger.post(key + "/post", held.id, amount, 0);
      } else {
        ledger.void_hold(key + "/void", held.id, 0);
      }
    }
  }
}

void look_at_account(Ledger& ledger, AccountId account, FieldOutcomes& seen) {
  const BalanceAnswer told = ledger.balance(account, 0);
  ++seen.balances;
  const BalanceAnswer then = ledger.balance_at(account, told.as_of);
  if (then.status != told.status || then.balance != told.balance || then.as_of != told.as_of) ++seen.torn_balances;
  if (told.held < 0 || told.held > told.balance) ++seen.overheld;
  std::vector<StatementEntry> entries;
  ledger.statement(account, told.as_of, told.as_of, 2, entries);
  if (entries.size() != 1 || entries[0].balance_after != told.balance) ++seen.torn_statements;
}

void look_at_all(Ledger& ledger, AccountId accounts, FieldOutcomes& seen) {
  const TrialBalance trial = ledger.trial_balance();
  ++seen.trials;
  WideAmount sum = 0;
  for (AccountId account = 1; account <= accounts; ++account) sum += ledger.balance_at(account, trial.as_of).balance;
  if (!trial.balanced() || trial.totals.size() != 1 || trial.totals[0].balances != sum) ++seen.torn_trials;
}

void round_of_fields(const Subject<Ledger>& subject, Round& round) {
  FieldOutcomes seen(round);
  const auto accounts = static_cast<AccountId>(round.size(field_accounts));
  const int calls = round.size(field_calls);
  const auto ledger = ledger_with_accounts(subject, round, accounts, start_balance);
  round.run_threads(round.threads(2), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < calls; ++i) {
      if (thread % 2 == 1) {
        change_books(*ledger, accounts, fmt::format("{}/{}", thread, i), random);
      } else if (random() % 4 == 0) {
        look_at_all(*ledger, accounts, seen);
      } else {
        look_at_account(*ledger, 1 + random() % accounts, seen);
      }
      round.count_operation();
    }
  });
}
const bool fields_registered = register_attack<Ledger>(
    {"fields", "every field of an answer belongs to the transaction that the answer names", round_of_fields});

}  // namespace
}  // namespace contend::ledger
