// Workloads of the ledger. No open trace of a bank is to be had: these are synthetic, after the shapes that are
// documented for payment systems (a few hot accounts in most transfers).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/engine/random.hpp"
#include "bench/engine/workload.hpp"
#include "impls/ledger/ledger.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr Amount start_balance = 1'000'000'000;
constexpr std::size_t ring_operations = 1 << 14;

struct Shape {
  std::size_t accounts = 10'000;
  double theta = 0;
  bool exchange = false;   // account 1 takes part in half of all transfers
  std::size_t batch = 1;   // commands per call
  int audit_every_ms = 0;  // a trial balance by the first thread, between two of its transfers; 0: none
};

class LedgerWorker final : public Worker {
 public:
  LedgerWorker(Ledger& ledger, const Shape& shape, const ZipfRanks& ranks, int thread, std::uint64_t seed)
      : ledger_(ledger),
        batch_(shape.batch),
        audit_every_(thread == 0 ? shape.audit_every_ms : 0),
        commands_(shape.batch),
        keys_(shape.batch),
        answers_(shape.batch) {
    std::mt19937_64 random(seed);
    ring_.reserve(ring_operations);
    while (ring_.size() < ring_operations) {
      Transfer transfer;
      transfer.payer = 1 + ranks(random);
      transfer.payee = 1 + ranks(random);
      if (shape.exchange && random() % 2 == 0) (random() % 2 == 0 ? transfer.payer : transfer.payee) = 1;
      if (transfer.payer == transfer.payee) continue;
      ring_.push_back(transfer);
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i].fill(0);
      keys_[i][0] = static_cast<char>('A' + thread);
      commands_[i] = {.kind = CommandKind::transfer, .key = {keys_[i].data(), keys_[i].size()}, .amount = 1};
    }
  }

  // Transfers that were not answered ok. Every account has money enough, so there must be none.
  std::uint64_t refused() const { return refused_; }

  void run(std::size_t calls) override {
    for (; calls > 0; --calls) {
      if (audit_every_.count() > 0 && place_ % 32 == 0) audit_when_due();
      for (std::size_t i = 0; i < batch_; ++i) put(i, ring_[place_++ % ring_operations]);
      send();
    }
  }
  std::uint32_t operations_per_call() const override { return static_cast<std::uint32_t>(batch_); }

 private:
  struct Transfer {
    AccountId payer = 0;
    AccountId payee = 0;
  };
  using Key = std::array<char, 16>;

  void audit_when_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_audit_) return;
    ledger_.trial_balance();
    next_audit_ = now + audit_every_;
  }

  // The key is unique: the thread and a count, in binary.
  void put(std::size_t i, const Transfer& transfer) {
    std::memcpy(keys_[i].data() + 8, &place_, sizeof place_);
    commands_[i].payer = transfer.payer;
    commands_[i].payee = transfer.payee;
  }

  void send() {
    if (batch_ == 1) {
      refused_ += ledger_.execute(commands_[0], 0).status == Status::ok ? 0 : 1;
      return;
    }
    ledger_.execute_batch(commands_, 0, answers_);
    for (const Answer& answer : answers_) refused_ += answer.status == Status::ok ? 0 : 1;
  }

  Ledger& ledger_;
  const std::size_t batch_;
  const std::chrono::milliseconds audit_every_;
  std::chrono::steady_clock::time_point next_audit_{};
  std::vector<Transfer> ring_;
  std::vector<Command> commands_;
  std::vector<Key> keys_;
  std::vector<Answer> answers_;
  std::uint64_t refused_ = 0;
  std::uint64_t place_ = 0;
};

class LedgerSubject final : public TrialSubject {
 public:
  LedgerSubject(std::unique_ptr<Ledger> ledger, const Shape& shape)
      : ledger_(std::move(ledger)), shape_(shape), ranks_(ranks(shape)) {}

  void prefill() override {
    for (AccountId first = 1; first <= shape_.accounts; first += fill_batch) {
      const AccountId end = std::min<AccountId>(first + fill_batch, shape_.accounts + 1);
      run_batch(first, end, "open", {.kind = CommandKind::open_account, .key = {}, .currency = euro});
      run_batch(first, end, "fill", {.kind = CommandKind::deposit, .key = {}, .amount = start_balance});
    }
  }
  std::unique_ptr<Worker> make_worker(int thread, std::uint64_t seed) override {
    auto worker = std::make_unique<LedgerWorker>(*ledger_, shape_, ranks_, thread, seed);
    workers_.push_back(worker.get());
    return worker;
  }
  std::string validate() override {
    std::uint64_t refused = 0;
    for (const LedgerWorker* worker : workers_) refused += worker->refused();
    if (refused > 0) return std::to_string(refused) + " transfers were refused";
    const TrialBalance trial = ledger_->trial_balance();
    if (trial.totals.empty()) return "";  // the control keeps nothing
    if (!trial.balanced()) return "the books do not balance";
    const auto expected = static_cast<WideAmount>(shape_.accounts) * start_balance;
    return trial.totals[0].balances == expected ? "" : "money appeared or vanished";
  }
  std::size_t entries() const override { return shape_.accounts; }
  Attempts attempts() const override {
    const Counters counters = ledger_->counters();
    return {counters.attempts, counters.aborts};
  }

 private:
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
    ledger_->execute_batch(commands, 0, answers);
  }

  // Made once per shape, in the parent process: the children inherit it.
  static const ZipfRanks& ranks(const Shape& shape) {
    static std::map<std::pair<std::size_t, double>, ZipfRanks> made;
    return made.try_emplace({shape.accounts, shape.theta}, shape.accounts, shape.theta).first->second;
  }

  std::unique_ptr<Ledger> ledger_;
  std::vector<const LedgerWorker*> workers_;  // of this trial; they live until it has been validated
  const Shape shape_;
  const ZipfRanks& ranks_;
};

bool add(const std::string& name, const std::string& summary, const Shape& shape) {
  return register_workload<Ledger>({name, summary, shape.accounts == 2, [shape](const Maker<Ledger>& make, int) {
                                      return std::make_unique<LedgerSubject>(make({}), shape);
                                    }});
}

const bool workloads_registered =
    add("uniform", "transfers between 10,000 accounts, uniform", {}) &&
    add("two_hot_accounts", "every transfer is between the same two accounts, in both directions", {.accounts = 2}) &&
    add("exchange_account", "one account takes part in half of all transfers", {.exchange = true}) &&
    add("zipf", "transfers between 10,000 accounts, Zipf 0.99", {.theta = 0.99}) &&
    add("batches", "uniform transfers in batches of 32", {.batch = 32}) &&
    add("audits", "uniform transfers over 1,000 accounts, a trial balance every 10 ms",
        {.accounts = 1000, .audit_every_ms = 10});

// The control: every command is fine, at once.
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
