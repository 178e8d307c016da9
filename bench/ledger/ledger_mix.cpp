#include "bench/ledger/ledger_mix.hpp"

namespace contend::ledger {

const Words<Mix>& ledger_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::share(Kind::transfer, 100, "moves money from one account to another"),
      Is::share(Kind::chain, 0, "moves it on from account to account, all legs or none"),
      Is::share(Kind::replay, 0, "sends the caller's last transfer again, with its key"),
      Is::share(Kind::deposit, 0, "brings money in"),
      Is::share(Kind::withdraw, 0, "takes money out"),
      Is::share(Kind::hold, 0, "sets money aside; every second time posts or voids what is held"),
      Is::share(Kind::reverse, 0, "makes a transfer, and the next time reverses it"),
      Is::share(Kind::schedule, 0, "sets up a transfer for 100us later"),
      Is::share(Kind::cancel, 0, "cancels the caller's last schedule, or sets one up"),
      Is::share(Kind::run_due, 0, "fires up to 16 transfers that are due"),
      Is::share(Kind::open_account, 0, "opens an account, which nobody uses"),
      Is::share(Kind::balance, 0, "reads a balance"),
      Is::share(Kind::balance_at, 0, "reads the balance after the first deposits"),
      Is::share(Kind::statement, 0, "lists the first entries of an account"),
      Is::share(Kind::trial_balance, 0, "adds up all accounts at one instant"),
      Is::count("accounts", &Mix::accounts, 50'000, {2, 4'000'000}, "accounts with money"),
      Is::exponent("zipf", &Mix::zipf, 0, "how much more the first accounts are used than the last; 0: all alike"),
      Is::count("hot", &Mix::hot, 1, {1, 1'000}, "hot accounts"),
      Is::percent("hot_transfers", &Mix::hot_transfers, 0,
                  "of the operations have one of them on one side, in percent"),
      Is::count("legs", &Mix::legs, 3, {1, static_cast<std::int64_t>(max_chain_legs)}, "transfers of a chain"),
      Is::count("batch", &Mix::batch, 1, {1, 1'024}, "transfers that are handed over together"),
      Is::duration("audit", &Mix::audit, 0, {0, 1'000'000'000'000},
                   "between two trial balances by the first caller, by the clock; 0: none"),
      Is::count("statement_entries", &Mix::statement_entries, 20, {1, 10'000}, "entries that a statement asks for"),
  };
  return words;
}

}  // namespace contend::ledger
