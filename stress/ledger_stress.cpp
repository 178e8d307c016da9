// Attacks on ledgers: a storm of transfers, chains and audits on few accounts.

#include <fmt/core.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"

namespace contend::ledger {
namespace {

constexpr Sized storm_accounts{.full = 4, .small = {2, 3}};
constexpr Sized storm_calls{.full = 400, .small = {2, 6}};
constexpr Amount start_balance = 50;
constexpr std::uint64_t largest_transfer = 40;
constexpr Amount first_leg = 7;
constexpr Amount second_leg = 5;

struct StormOutcomes {
  Round& round;
  Outcomes::Counter& moved = round.required("moved", "transfers and chains that took effect");
  Outcomes::Counter& refused = round.allowed("refused", "the payer had too little");
  Outcomes::Counter& audits = round.required("audits", "trial balances while transfers ran");
  Outcomes::Counter& unbalanced = round.forbidden("unbalanced audits", "money appeared or vanished at some instant");
  Outcomes::Counter& negative = round.forbidden("negative balances", "an account went below zero");
  Outcomes::Counter& wrong =
      round.forbidden("wrong statements", "entries do not add up to the balance, or are out of order");
};

void audit(Ledger& ledger, Amount all, StormOutcomes& seen) {
  const TrialBalance trial = ledger.trial_balance();
  ++seen.audits;
  if (!trial.balanced() || trial.totals[0].balances != all) ++seen.unbalanced;
}

void move_money(Ledger& ledger, AccountId accounts, const std::string& key, std::mt19937_64& random,
                StormOutcomes& seen) {
  const AccountId a = 1 + random() % accounts;
  const AccountId b = 1 + (a + random() % (accounts - 1)) % accounts;
  const AccountId c = 1 + (b + random() % (accounts - 1)) % accounts;
  Answer answer;
  if (random() % 4 == 0) {
    const std::array legs{Leg{a, b, first_leg}, Leg{b, c, second_leg}};
    answer = ledger.transfer_chain(key, legs, 0);
  } else {
    answer = ledger.transfer(key, a, b, 1 + static_cast<Amount>(random() % largest_transfer), 0);
  }
  ++(answer.status == Status::ok ? seen.moved : seen.refused);
  if (answer.balance < 0 || ledger.balance(a, 0).balance < 0) ++seen.negative;
}

bool statement_adds_up(Ledger& ledger, AccountId account) {
  std::vector<StatementEntry> entries;
  ledger.statement(account, 0, ~TransactionId{0}, std::numeric_limits<std::size_t>::max(), entries);
  Amount sum = 0;
  TransactionId last = 0;
  for (const StatementEntry& entry : entries) {
    sum += entry.change;
    if (sum != entry.balance_after || entry.id <= last || sum < 0) return false;
    last = entry.id;
  }
  return sum == ledger.balance(account, 0).balance;
}

void round_of_storm(const Subject<Ledger>& subject, Round& round) {
  StormOutcomes seen(round);
  const auto accounts = static_cast<AccountId>(round.size(storm_accounts));
  const int calls = round.size(storm_calls);
  const auto ledger = ledger_with_accounts(subject, round, accounts, start_balance);
  const Amount all = static_cast<Amount>(accounts) * start_balance;
  round.run_threads(round.threads(2), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < calls; ++i) {
      if (thread == 0 && i % 4 == 0) {
        audit(*ledger, all, seen);
        continue;
      }
      move_money(*ledger, accounts, fmt::format("{}/{}", thread, i), random, seen);
      round.count_operation();
    }
  });
  for (AccountId account = 1; account <= accounts; ++account) {
    if (!statement_adds_up(*ledger, account)) ++seen.wrong;
  }
}
const bool storm_registered =
    register_attack<Ledger>({"storm", "transfers, chains and audits on few accounts", round_of_storm});

const bool system_registered = register_stress_system<Ledger>("ledger");

}  // namespace
}  // namespace contend::ledger
