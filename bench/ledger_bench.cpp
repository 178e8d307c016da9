// Workloads of the ledger. There is no public trace of a bank: these are synthetic, shaped as payment systems are
// documented (a few hot accounts in most transfers).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/workload/callers.hpp"
#include "bench/workload/ring.hpp"
#include "bench/workload/workload.hpp"
#include "bench/workload/zipf.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr Amount start_balance = 1'000'000'000;

struct Shape {
  std::size_t accounts = 10'000;
  double theta = 0;
  bool exchange = false;   // account 1 takes part in half of all transfers
  std::size_t batch = 1;   // commands per call
  int audit_every_ms = 0;  // a trial balance by the first thread, between two of its transfers; 0: none
};

struct Transfer {
  AccountId payer = 0;
  AccountId payee = 0;
};

Ring<Transfer> draw(const Shape& shape, std::uint64_t seed) {
  const ZipfRanks& ranks = zipf(shape.accounts, shape.theta);
  return draw_ring(1 << 14, seed, [&](std::mt19937_64& random) {
    while (true) {
      Transfer transfer;
      transfer.payer = 1 + ranks(random);
      transfer.payee = 1 + ranks(random);
      if (shape.exchange && random() % 2 == 0) (random() % 2 == 0 ? transfer.payer : transfer.payee) = 1;
      if (transfer.payer != transfer.payee) return transfer;
    }
  });
}

class LedgerCaller : public RingCaller<Transfer> {
 public:
  LedgerCaller(Ledger& ledger, const Shape& shape, int number, std::uint64_t seed)
      : RingCaller(draw(shape, seed)),
        ledger_(ledger),
        batch_(shape.batch),
        audit_every_(number == 0 ? shape.audit_every_ms : 0),
        commands_(shape.batch),
        keys_(shape.batch),
        answers_(shape.batch) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i].fill(0);
      keys_[i][0] = static_cast<char>('A' + number);
      commands_[i] = {.kind = CommandKind::transfer, .key = {keys_[i].data(), keys_[i].size()}, .amount = 1};
    }
  }

  // Transfers that were not answered ok. Every account has enough money, so there must be none.
  std::uint64_t refused() const { return refused_; }
  std::uint64_t sent() const { return sent_; }
  // Transfers with a number that was not new.
  std::uint64_t old_ids() const { return old_ids_; }

  void call(Cursor& cursor) {
    if (audit_every_.count() > 0 && sent_ % 32 == 0) audit_when_due();
    for (std::size_t i = 0; i < batch_; ++i) put(i, cursor.next());
    send();
  }
  std::uint32_t operations_per_call() const { return static_cast<std::uint32_t>(batch_); }

 private:
  using Key = std::array<char, 16>;

  void audit_when_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_audit_) return;
    ledger_.trial_balance();
    next_audit_ = now + audit_every_;
  }

  // The key is unique: the caller and a count, in binary.
  void put(std::size_t i, const Transfer& transfer) {
    const std::uint64_t count = ++sent_;
    std::memcpy(keys_[i].data() + 8, &count, sizeof count);
    commands_[i].payer = transfer.payer;
    commands_[i].payee = transfer.payee;
  }

  void send() {
    if (batch_ == 1) return look_at(ledger_.execute(commands_[0], 0));
    ledger_.execute_batch(commands_, 0, answers_);
    for (const Answer& answer : answers_) look_at(answer);
  }

  void look_at(const Answer& answer) {
    refused_ += answer.status == Status::ok ? 0 : 1;
    old_ids_ += answer.id <= last_id_ ? 1 : 0;
    last_id_ = answer.id;
  }

  Ledger& ledger_;
  const std::size_t batch_;
  const std::chrono::milliseconds audit_every_;
  std::chrono::steady_clock::time_point next_audit_{};
  std::vector<Command> commands_;
  std::vector<Key> keys_;
  std::vector<Answer> answers_;
  TransactionId last_id_ = 0;
  std::uint64_t old_ids_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t sent_ = 0;
};

class LedgerSubject final : public CallerSubject<Ledger, LedgerCaller> {
 public:
  LedgerSubject(std::unique_ptr<Ledger> ledger, const Shape& shape) : CallerSubject(std::move(ledger)), shape_(shape) {}

  void prefill() override {
    for (AccountId first = 1; first <= shape_.accounts; first += fill_batch) {
      const AccountId end = std::min<AccountId>(first + fill_batch, shape_.accounts + 1);
      run_batch(first, end, "open", {.kind = CommandKind::open_account, .key = {}, .currency = euro});
      run_batch(first, end, "fill", {.kind = CommandKind::deposit, .key = {}, .amount = start_balance});
    }
  }
  std::string validate_state() override {
    if (const std::uint64_t refused = sum(&LedgerCaller::refused); refused > 0) {
      return std::to_string(refused) + " transfers were refused";
    }
    if (sum(&LedgerCaller::old_ids) > 0) return "a transfer got a number that is not new";
    const TrialBalance trial = system().trial_balance();
    if (!trial.balanced()) return "the books do not balance";
    // A deposit an account, by prefill, and the transfers.
    if (trial.as_of != shape_.accounts + sum(&LedgerCaller::sent)) return "transfers are missing in the books";
    const auto expected = static_cast<WideAmount>(shape_.accounts) * start_balance;
    const bool kept = trial.totals.size() == 1 && trial.totals[0].balances == expected;
    return kept ? "" : "money appeared or vanished";
  }
  std::size_t entries() const override { return shape_.accounts; }
  Attempts attempts() const override {
    const Counters counters = system().counters();
    return {counters.attempts, counters.aborts};
  }

 private:
  LedgerCaller make_caller(int number, std::uint64_t seed) override {
    return LedgerCaller(system(), shape_, number, seed);
  }

  // In batches: a durable ledger syncs once per batch.
  static constexpr AccountId fill_batch = 512;
  void run_batch(AccountId first, AccountId end, const std::string& prefix, const Command& pattern) {
    std::vector<std::string> keys;
    for (AccountId account = first; account < end; ++account) keys.push_back(prefix + std::to_string(account));
    std::vector<Command> commands(keys.size(), pattern);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      commands[i].key = keys[i];
      commands[i].payee = first + i;
    }
    std::vector<Answer> answers(keys.size());
    system().execute_batch(commands, 0, answers);
  }

  const Shape shape_;
};

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<Ledger>(
      {.name = name,
       .summary = summary,
       .contended = shape.accounts == 2,
       .prepare = [shape](const Maker<Ledger>& make, int) { return std::make_unique<LedgerSubject>(make({}), shape); },
       .before_trials = [shape] { zipf(shape.accounts, shape.theta); }});
}

const bool workloads_registered =
    add("uniform", "transfers between 10,000 accounts, uniform", {}) &&
    add("two_hot_accounts", "every transfer is between the same two accounts, in both directions", {.accounts = 2}) &&
    add("exchange_account", "one account takes part in half of all transfers", {.exchange = true}) &&
    add("zipf", "transfers between 10,000 accounts, Zipf 0.99", {.theta = 0.99}) &&
    add("batches", "uniform transfers in batches of 32", {.batch = 32}) &&
    add("audits", "uniform transfers over 1,000 accounts, a trial balance every 10 ms",
        {.accounts = 1000, .audit_every_ms = 10});

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
