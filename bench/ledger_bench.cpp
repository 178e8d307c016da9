// Workloads of the ledger. There is no public trace of a bank: these are synthetic, shaped as payment systems are
// documented (a few hot accounts in most transfers).

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/ledger/ledger_mix.hpp"
#include "bench/ledger/ledger_subject.hpp"
#include "bench/workload/workload.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {
namespace {

Workload<Ledger> workload_of(const Mix& mix) {
  Shares<Kind> others = mix.shares;
  others[Kind::transfer] = 0;
  if (mix.batch > 1 && others.sum() > 0) throw std::invalid_argument("a batch is of transfers alone.");
  Workload<Ledger> workload;
  workload.contended = mix.accounts == 2;
  workload.prepare = [mix](const Maker<Ledger>& make, int) {
    const Source source{start_balance, [mix](int, std::uint64_t seed) { return draw(mix, seed); }};
    return std::make_unique<LedgerSubject>(make({}), mix, source);
  };
  workload.before_trials = [mix] { zipf(mix.accounts, mix.zipf); };
  return workload;
}

const bool words_registered = register_words<Ledger>(ledger_words(), workload_of);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<Ledger>(name, summary, text);
}

const bool workloads_registered =
    add("uniform", "transfers between 50,000 accounts, uniform", "") &&
    add("uniform_small", "the same between 10,000 accounts", "accounts=10k") &&
    add("two_hot_accounts", "every transfer is between the same two accounts, in both directions", "accounts=2") &&
    add("exchange_account", "one account takes part in half of all transfers", "hot_transfers=50") &&
    add("zipf", "transfers between 50,000 accounts, Zipf 0.99", "zipf=0.99") &&
    add("batches", "uniform transfers in batches of 32", "batch=32") &&
    add("audits", "uniform transfers over 1,000 accounts, a trial balance every 10 ms", "accounts=1k,audit=10ms") &&
    add("payments", "card payments: holds, posted or voided later, some sent twice, balances read before",
        "transfer=20,replay=5,hold=40,reverse=5,balance=30") &&
    add("chains", "half transfers, half chains of 3", "transfer=50,chain=50") &&
    add("standing_orders", "transfers, and schedules that are set up, cancelled and fired",
        "transfer=60,schedule=20,cancel=10,run_due=10") &&
    add("statements", "transfers, and what people read of them", "transfer=50,balance=20,balance_at=10,statement=20");

// The control: answers every command with ok, at once.
class NoopLedger final : public Ledger {
 public:
  Answer execute(const Command&, TimeNs) override { return {}; }
  void execute_batch(std::span<const Command>, TimeNs, std::span<Answer>) override {}
  RunAnswer run_due(TimeNs, std::size_t) override { return {}; }
  BalanceAnswer balance(AccountId, TimeNs) override { return {}; }
  BalanceAnswer balance_at(AccountId, TransactionId) override { return {}; }
  Status statement(AccountId, TransactionId, TransactionId, std::size_t, std::vector<StatementEntry>&) override {
    return Status::ok;
  }
  TrialBalance trial_balance() override { return {}; }
};

const bool system_registered = register_bench_system<Ledger, NoopLedger>("ledger");

}  // namespace
}  // namespace contend::ledger
