// Attacks on ledgers.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "impls/ledger/ledger.hpp"
#include "stress/ledger/crashing_storage.hpp"
#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/recording.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr Amount start_balance = 50;

void fill_accounts(Ledger& ledger, AccountId accounts, Amount balance) {
  for (AccountId account = 1; account <= accounts; ++account) {
    ledger.open_account(fmt::format("open/{}", account), account, euro, 0);
    if (balance > 0) ledger.deposit(fmt::format("fill/{}", account), account, balance, 0);
  }
}

std::unique_ptr<Ledger> open_ledger(const Subject<Ledger>& subject, AccountId accounts, Amount balance) {
  auto ledger = subject.make({});
  fill_accounts(*ledger, accounts, balance);
  return ledger;
}

// --- a storm of transfers, chains and reversals on few accounts, with audits in between ---

AttackReport attack_storm(const Subject<Ledger>& subject, const AttackOptions& options) {
  AttackReport report;
  std::atomic<std::uint64_t> moved{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> audits{0};
  std::atomic<std::uint64_t> unbalanced{0};
  std::atomic<std::uint64_t> negative{0};
  std::uint64_t statements_wrong = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    constexpr AccountId accounts = 4;
    const auto ledger = open_ledger(subject, accounts, start_balance);
    const Amount all = static_cast<Amount>(accounts) * start_balance;
    run_threads(options.threads, [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      for (int i = 0; i < 400; ++i) {
        if (thread == 0 && i % 4 == 0) {
          const TrialBalance trial = ledger->trial_balance();
          ++audits;
          if (!trial.balanced() || trial.totals[0].balances != all) ++unbalanced;
          continue;
        }
        const std::string key = fmt::format("{}/{}", thread, i);
        const AccountId a = 1 + random() % accounts;
        const AccountId b = 1 + (a + random() % (accounts - 1)) % accounts;
        const AccountId c = 1 + (b + random() % (accounts - 1)) % accounts;
        Answer answer;
        if (random() % 4 == 0) {
          const std::array legs{Leg{a, b, 7}, Leg{b, c, 5}};
          answer = ledger->transfer_chain(key, legs, 0);
        } else {
          answer = ledger->transfer(key, a, b, 1 + static_cast<Amount>(random() % 40), 0);
        }
        options.count_operation();
        ++(answer.status == Status::ok ? moved : refused);
        if (answer.balance < 0 || ledger->balance(a, 0).balance < 0) ++negative;
      }
    });
    for (AccountId account = 1; account <= accounts; ++account) {
      std::vector<StatementEntry> entries;
      ledger->statement(account, 0, ~TransactionId{0}, 1'000'000, entries);
      Amount sum = 0;
      TransactionId last = 0;
      bool wrong = false;
      for (const StatementEntry& entry : entries) {
        sum += entry.change;
        wrong = wrong || sum != entry.balance_after || entry.id <= last || sum < 0;
        last = entry.id;
      }
      if (wrong || sum != ledger->balance(account, 0).balance) ++statements_wrong;
    }
    return unbalanced == 0 && negative == 0 && statements_wrong == 0;
  });
  report.add("moved", moved, Expectation::required, "transfers and chains that took effect");
  report.add("refused", refused, Expectation::allowed, "the payer had too little");
  report.add("audits", audits, Expectation::required, "trial balances while transfers ran");
  report.add("unbalanced audits", unbalanced, Expectation::forbidden, "money appeared or vanished at some instant");
  report.add("negative balances", negative, Expectation::forbidden, "an account went below zero");
  report.add("wrong statements", statements_wrong, Expectation::forbidden,
             "entries do not add up to the balance, or are out of order");
  return report;
}
const bool storm_registered =
    register_attack<Ledger>({"storm", "transfers, chains and audits on few accounts", attack_storm});

// --- linearizability on two accounts: answers with balances leave little choice ---

struct LedgerOperation {
  enum class Call : std::uint8_t { deposit, withdraw, transfer, balance } call = Call::balance;
  std::uint8_t payer = 0;  // index of an account
  std::uint8_t payee = 0;
  Amount amount = 0;
  Status status = Status::ok;
  Amount balance = 0;
};

struct BooksModel {
  using Operation = LedgerOperation;
  using State = std::array<Amount, 2>;

  State initial() const { return {start_balance, start_balance}; }

  bool step(State& state, const LedgerOperation& op) const {
    using Call = LedgerOperation::Call;
    if (op.call == Call::balance) return state[op.payer] == op.balance;
    const bool pays = op.call != Call::deposit;
    const bool short_of_money = pays && state[op.payer] < op.amount;
    if (short_of_money || op.status != Status::ok) {
      return short_of_money && op.status == Status::insufficient_funds;
    }
    if (pays) state[op.payer] -= op.amount;
    if (op.call != Call::withdraw) state[op.payee] += op.amount;
    return state[pays ? op.payer : op.payee] == op.balance;
  }

  bool only_looks(const LedgerOperation& op) const {
    return op.call == LedgerOperation::Call::balance || op.status != Status::ok;
  }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(static_cast<std::uint64_t>(state[0])) ^ mix_bits(static_cast<std::uint64_t>(state[1]) + 0x51ed);
  }
};

void call_ledger(Ledger& ledger, std::mt19937_64& random, const std::string& key, LedgerOperation& op) {
  using Call = LedgerOperation::Call;
  op.call = static_cast<Call>(random() % 4);
  op.payer = static_cast<std::uint8_t>(random() % 2);
  op.payee = op.call == Call::deposit ? op.payer : static_cast<std::uint8_t>(1 - op.payer);
  op.amount = 1 + static_cast<Amount>(random() % 60);
  const AccountId payer = 1u + op.payer;
  const AccountId payee = 1u + op.payee;
  Answer answer;
  switch (op.call) {
    case Call::deposit:
      answer = ledger.deposit(key, payee, op.amount, 0);
      break;
    case Call::withdraw:
      answer = ledger.withdraw(key, payer, op.amount, 0);
      break;
    case Call::transfer:
      answer = ledger.transfer(key, payer, payee, op.amount, 0);
      break;
    case Call::balance:
      answer.balance = ledger.balance(payer, 0).balance;
      break;
  }
  op.status = answer.status;
  op.balance = answer.balance;
}

std::string describe(const LedgerOperation& op) {
  static constexpr std::array names{"deposit", "withdraw", "transfer", "balance"};
  return fmt::format("{}({} -> {}, {}) -> {}, balance {}", names[static_cast<std::size_t>(op.call)], op.payer, op.payee,
                     op.amount, to_string(op.status), op.balance);
}

AttackReport attack_linearizability(const Subject<Ledger>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t operations = 0;
  std::uint64_t unknown = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    constexpr int calls = 150;
    const auto ledger = open_ledger(subject, 2, start_balance);
    const auto all = record_calls<LedgerOperation>(
        options.threads, calls, seed, [&](int, std::uint32_t number, std::mt19937_64& random, LedgerOperation& op) {
          call_ledger(*ledger, random, std::to_string(number), op);
        });
    operations += all.size();
    const CheckResult result = LinearizabilityChecker<BooksModel>().check(all);
    if (result.verdict == Verdict::illegal)
      report.conclude(Verdict::illegal, explain_illegal<BooksModel>(all, seed, describe));
    if (result.verdict == Verdict::unknown) ++unknown;
    return result.verdict != Verdict::illegal;
  });
  report.add("operations", operations, Expectation::required, "deposits, withdrawals, transfers and balances, checked");
  report.add("histories left undecided", unknown, Expectation::allowed, "the checker ran out of steps");
  if (unknown > 0) report.conclude(Verdict::unknown, "some histories were too hard to decide");
  return report;
}
const bool linearizability_registered =
    register_attack<Ledger>({"linearizability", "operations on two accounts are linearizable", attack_linearizability});

// --- claims: of several threads that want the same thing, exactly one gets it ---

struct ClaimCounts {
  std::atomic<std::uint64_t> races{0};
  std::uint64_t keys_twice = 0;
  std::uint64_t answers_differ = 0;
  std::uint64_t reversals_twice = 0;
  std::uint64_t holds_twice = 0;
  std::uint64_t fired_twice = 0;
  std::uint64_t fired_after_cancel = 0;
};

// All threads send the same deposit: one applies it, and all are told the same.
void race_for_key(Ledger& ledger, int threads, int round, ClaimCounts& counts) {
  std::vector<Answer> answers(static_cast<std::size_t>(threads));
  const Amount before = ledger.balance(1, 0).balance;
  const std::string key = fmt::format("key/{}", round);
  run_threads(threads, [&](int thread) { answers[static_cast<std::size_t>(thread)] = ledger.deposit(key, 1, 3, 0); });
  if (ledger.balance(1, 0).balance != before + 3) ++counts.keys_twice;
  const auto first_hand = std::ranges::count(answers, false, &Answer::replayed);
  const bool equal = std::ranges::all_of(answers, [&](const Answer& answer) {
    return answer.id == answers[0].id && answer.balance == answers[0].balance && answer.status == Status::ok;
  });
  if (first_hand != 1 || !equal) ++counts.answers_differ;
}

// All threads send the same transfer of more than there is: all are told that it was refused.
void race_for_refusal(Ledger& ledger, int threads, int round, ClaimCounts& counts) {
  std::vector<Answer> answers(static_cast<std::size_t>(threads));
  const std::string key = fmt::format("too much/{}", round);
  run_threads(threads, [&](int thread) {
    answers[static_cast<std::size_t>(thread)] = ledger.transfer(key, 2, 1, 1'000'000'000, 0);
  });
  const auto first_hand = std::ranges::count(answers, false, &Answer::replayed);
  const auto refused = std::ranges::count(answers, Status::insufficient_funds, &Answer::status);
  if (first_hand != 1 || refused != threads) ++counts.answers_differ;
}

void race_for_reversal(Ledger& ledger, int threads, int round, ClaimCounts& counts) {
  // A cushion, so that a second reversal is not refused for want of money.
  ledger.transfer(fmt::format("cushion/{}", round), 1, 2, 100, 0);
  const TransactionId paid = ledger.transfer(fmt::format("paid/{}", round), 1, 2, 5, 0).id;
  std::atomic<int> won{0};
  run_threads(threads, [&](int thread) {
    const Answer answer = ledger.reverse(fmt::format("back/{}/{}", round, thread), paid, 0);
    won += answer.status == Status::ok ? 1 : 0;
  });
  if (won != 1) ++counts.reversals_twice;
}

void race_for_hold(Ledger& ledger, int threads, int round, ClaimCounts& counts) {
  const TransactionId hold = ledger.hold(fmt::format("hold/{}", round), 1, 2, 4, 1000, 0).id;
  std::atomic<int> won{0};
  run_threads(threads, [&](int thread) {
    const std::string key = fmt::format("resolve/{}/{}", round, thread);
    const Answer answer = thread % 2 == 0 ? ledger.post(key, hold, 4, 0) : ledger.void_hold(key, hold, 0);
    won += answer.status == Status::ok ? 1 : 0;
  });
  if (won != 1) ++counts.holds_twice;
  const Amount there = ledger.balance(2, 0).balance;
  if (there > 0) ledger.transfer(fmt::format("return/{}", round), 2, 1, there, 0);
}

// Several callers run what is due while one cancels: each occurrence moves money at most once, and none after the
// cancel.
void race_for_schedule(Ledger& ledger, int threads, int round, ClaimCounts& counts) {
  constexpr std::uint32_t occurrences = 4;
  const TimeNs base_ns = 1000 * (round + 1);
  const Amount before = ledger.balance(2, 0).balance;
  const ScheduleId schedule = ledger.schedule(fmt::format("plan/{}", round), 1, 2, 1, base_ns, 10, occurrences, 0).id;
  std::atomic<std::size_t> fired{0};
  std::atomic<Amount> at_cancel{-1};
  run_threads(threads, [&](int thread) {
    if (thread == 0 && round % 2 == 0) {
      const bool cancelled = ledger.cancel(fmt::format("stop/{}", round), schedule, 0).status == Status::ok;
      if (cancelled) at_cancel = ledger.balance(2, 0).balance;
      return;
    }
    for (TimeNs step_ns = 0; step_ns <= 10 * occurrences; step_ns += 10) {
      fired += ledger.run_due(base_ns + step_ns, 2).fired;
    }
  });
  fired += ledger.run_due(base_ns + 1000, 100).fired;
  const Amount gained = ledger.balance(2, 0).balance - before;
  if (gained != static_cast<Amount>(fired) || fired > occurrences) ++counts.fired_twice;
  if (round % 2 == 1 && fired != occurrences) ++counts.fired_twice;
  if (at_cancel >= 0 && ledger.balance(2, 0).balance != at_cancel) ++counts.fired_after_cancel;
}

AttackReport attack_claims(const Subject<Ledger>& subject, const AttackOptions& options) {
  AttackReport report;
  ClaimCounts counts;
  repeat_rounds(options, [&](std::uint64_t) {
    const auto ledger = open_ledger(subject, 2, 0);
    ledger->deposit("start", 1, 1'000'000, 0);
    for (int round = 0; round < 20; ++round) {
      race_for_key(*ledger, options.threads, round, counts);
      race_for_refusal(*ledger, options.threads, round, counts);
      race_for_reversal(*ledger, options.threads, round, counts);
      race_for_hold(*ledger, options.threads, round, counts);
      race_for_schedule(*ledger, options.threads, round, counts);
      counts.races += 5;
    }
    return true;
  });
  report.add("races", counts.races, Expectation::required, "all threads wanted the same thing at once");
  report.add("key applied twice", counts.keys_twice, Expectation::forbidden, "one idempotency key had two effects");
  report.add("answers differ", counts.answers_differ, Expectation::forbidden,
             "one key gave two answers, or not exactly one caller was the first");
  report.add("reversed twice", counts.reversals_twice, Expectation::forbidden, "not exactly one reversal won");
  report.add("hold resolved twice", counts.holds_twice, Expectation::forbidden, "not exactly one post or void won");
  report.add("fired twice", counts.fired_twice, Expectation::forbidden,
             "an occurrence moved money twice, or not at all, or unreported");
  report.add("fired after cancel", counts.fired_after_cancel, Expectation::forbidden,
             "cancel answered ok and money still moved");
  return report;
}
const bool claims_registered = register_attack<Ledger>(
    {"claims", "keys, reversals, holds and occurrences each have exactly one winner", attack_claims});

// --- a crash at any moment: whatever was answered before it is there afterwards ---

// Transfers of one thread, and how many of them have been answered so far.
struct AnsweredTransfers {
  std::vector<Answer> answers;
  std::atomic<std::size_t> answered{0};
};

Answer transfer_number(Ledger& ledger, std::size_t thread, std::size_t number) {
  const AccountId payer = 1 + (thread + number) % 3;
  return ledger.transfer(fmt::format("{}/{}", thread, number), payer, 1 + payer % 3,
                         1 + static_cast<Amount>(number % 60), 0);
}

AttackReport attack_crash(const Subject<Ledger>& subject, const AttackOptions& options) {
  AttackReport report;
  if (!subject.guarantees.durable) {
    report.add("promises nothing", 1, Expectation::allowed, "this design keeps its books in memory only");
    return report;
  }
  constexpr std::size_t transfers = 60;
  std::uint64_t kept = 0;
  std::uint64_t lost = 0;
  std::uint64_t unbalanced = 0;
  std::uint64_t syncs = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    const auto storage = std::make_shared<CrashingStorage>();
    const auto ledger = subject.make({.log = storage});
    fill_accounts(*ledger, 3, start_balance);
    std::vector<AnsweredTransfers> of_thread(static_cast<std::size_t>(options.threads));
    for (AnsweredTransfers& mine : of_thread) mine.answers.resize(transfers);
    std::vector<std::size_t> promised(of_thread.size());
    std::string image;
    run_threads(options.threads + 1, [&](int index) {
      const auto thread = static_cast<std::size_t>(index);
      if (thread < of_thread.size()) {
        for (std::size_t i = 0; i < transfers; ++i) {
          of_thread[thread].answers[i] = transfer_number(*ledger, thread, i);
          of_thread[thread].answered = i + 1;
        }
        return;
      }
      // The crash: first what has been promised, then what is left.
      std::mt19937_64 random(seed);
      const std::size_t until = random() % transfers;
      while (of_thread[0].answered < until) std::this_thread::yield();
      for (std::size_t i = 0; i < promised.size(); ++i) promised[i] = of_thread[i].answered;
      image = storage->after_crash(random() % 200);
    });
    syncs += storage->syncs();
    const auto reopened = subject.make({.log = std::make_shared<CrashingStorage>(image)});
    if (!reopened->trial_balance().balanced()) ++unbalanced;
    for (std::size_t thread = 0; thread < promised.size(); ++thread) {
      for (std::size_t i = 0; i < promised[thread]; ++i) {
        Answer expected = of_thread[thread].answers[i];
        expected.replayed = true;
        ++(transfer_number(*reopened, thread, i) == expected ? kept : lost);
      }
    }
    return lost == 0 && unbalanced == 0;
  });
  report.add("kept", kept, Expectation::required, "answers given before the crash and the same after it");
  report.add("lost", lost, Expectation::forbidden, "an answer was given, and the crash undid it");
  report.add("unbalanced", unbalanced, Expectation::forbidden, "the books do not balance after the crash");
  report.add("syncs", syncs, Expectation::allowed, "group commits");
  return report;
}
const bool crash_registered = register_attack<Ledger>(
    {"crash", "a crash while transfers run: what was answered is there when the log is opened again", attack_crash});

const bool system_registered = register_stress_system<Ledger>("ledger");

}  // namespace
}  // namespace contend::ledger
