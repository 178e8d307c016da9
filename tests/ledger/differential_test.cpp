// The same random script against an implementation, against `reference`, and against a model that shares no code with
// any of them, answer by answer.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "stress/ledger/faulty_storage.hpp"
#include "stress/ledger/model.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

constexpr int script_operations = 10'000;
constexpr AccountId accounts = 12;

std::string describe(const Answer& answer) {
  return fmt::format("{} id={} balance={} field={} leg={} replayed={}", to_string(answer.status), answer.id,
                     answer.balance, to_string(answer.field), answer.leg, answer.replayed);
}

// A command with the storage that it points into.
struct OwnedCommand {
  Command command;
  std::string key;
  std::vector<Leg> legs;

  Command view() const {
    Command result = command;
    result.key = key;
    result.legs = legs;
    return result;
  }
};

// Draws commands that hit every status: few accounts, small balances, repeated keys and references, bad input.
class Script {
 public:
  // With `far_times` some calls come with times at the ends of their range.
  explicit Script(std::uint64_t seed, bool far_times = false) : random_(seed), far_times_(far_times) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  TimeNs next_time() {
    now_ns_ += static_cast<TimeNs>(below(4));
    if (far_times_ && below(400) == 0) {
      const auto off_ns = static_cast<TimeNs>(below(2));
      return below(2) == 0 ? never - off_ns : std::numeric_limits<TimeNs>::min() + off_ns;
    }
    return below(10) == 0 ? now_ns_ - static_cast<TimeNs>(below(20)) : now_ns_;
  }

  // Lets later commands refer to what the ledger has made.
  void learn(const Command& command, const Answer& answer) {
    if (command.kind != CommandKind::hold || answer.status != Status::ok) return;
    holds_.push_back(answer.id);
    if (holds_.size() > 8) holds_.pop_front();
  }

  OwnedCommand next_command() {
    if (!sent_.empty() && below(12) == 0) {
      OwnedCommand again = sent_[below(sent_.size())];
      if (below(3) == 0) ++again.command.amount;
      return again;
    }
    OwnedCommand owned;
    owned.key = below(200) == 0 ? std::string(below(80), 'x') : fmt::format("key-{}", ++keys_);
    owned.command = draw(owned.legs);
    if (below(60) == 0) spoil(owned);
    sent_.push_back(owned);
    if (sent_.size() > 500) sent_.pop_front();
    return owned;
  }

 private:
  AccountId account() { return below(accounts + 2); }  // 0 and one too many are among them
  Amount amount() { return static_cast<Amount>(below(60)) - 1; }
  std::uint64_t reference() {
    return holds_.empty() || below(2) == 0 ? below(keys_ + 3) : holds_[below(holds_.size())];
  }

  // Sets a field that the command may have no use for, or gives it a kind that there is not.
  void spoil(OwnedCommand& owned) {
    Command& command = owned.command;
    switch (below(11)) {
      case 0:
        command.kind = static_cast<CommandKind>(11 + below(200));
        return;
      case 1:
        command.payer = account();
        return;
      case 2:
        command.payee = account();
        return;
      case 3:
        command.amount = amount();
        return;
      case 4:
        command.currency = 978;
        return;
      case 5:
        command.reference = reference();
        return;
      case 6:
        command.timeout_ns = static_cast<DurationNs>(below(3));
        return;
      case 7:
        command.due_ns = static_cast<TimeNs>(below(3));
        return;
      case 8:
        command.interval_ns = static_cast<DurationNs>(below(3));
        return;
      case 9:
        command.occurrences = static_cast<std::uint32_t>(below(3));
        return;
      default:
        owned.legs.resize(below(2 * max_chain_legs), {1, 2, 1});
    }
  }

  // The next command, without its key. The order of the draws is that of the fields.
  Command draw(std::vector<Leg>& legs) {
    switch (below(14)) {
      case 0: {
        const AccountId opened = account();
        return Command::open_account({}, opened, below(8) == 0 ? 840 : 978);
      }
      case 1:
      case 2: {
        const AccountId payee = account();
        return Command::deposit({}, payee, amount());
      }
      case 3: {
        const AccountId payer = account();
        return Command::withdraw({}, payer, amount());
      }
      case 4:
        for (std::uint64_t i = below(max_chain_legs / 3); i > 0; --i) legs.push_back({account(), account(), amount()});
        return Command::transfer_chain({}, {});
      case 5: {
        const Leg held{account(), account(), amount()};
        return Command::hold({}, held.payer, held.payee, held.amount, static_cast<DurationNs>(below(40)) - 1);
      }
      case 6: {
        const TransactionId hold = reference();
        return Command::post({}, hold, amount());
      }
      case 7:
        return Command::void_hold({}, reference());
      case 8:
        return Command::reverse({}, reference());
      case 9: {
        const Leg planned{account(), account(), amount()};
        const TimeNs due_ns = now_ns_ + static_cast<TimeNs>(below(50));
        const DurationNs interval_ns = static_cast<DurationNs>(below(20)) - 1;
        return Command::schedule({}, planned.payer, planned.payee, planned.amount, due_ns, interval_ns,
                                 static_cast<std::uint32_t>(below(5)));
      }
      case 10:
        return Command::cancel({}, below(40));
      default: {
        const Leg moved{account(), account(), amount()};
        return Command::transfer({}, moved.payer, moved.payee, moved.amount);
      }
    }
  }

  std::mt19937_64 random_;
  bool far_times_;
  TimeNs now_ns_ = -100;
  std::uint64_t keys_ = 0;
  std::deque<OwnedCommand> sent_;
  std::deque<TransactionId> holds_;
};

// A script proves nothing about statuses that it never meets.
TEST(LedgerScriptTest, MeetsEveryStatusButOverflow) {
  const auto ledger = Registry<Ledger>::instance().find("reference")->make({});
  Script script(1);
  std::set<Status> met;
  for (int step = 0; step < 3 * script_operations; ++step) {
    const TimeNs now_ns = script.next_time();
    if (step % 40 == 0) ledger->run_due(now_ns, 3);
    const OwnedCommand owned = script.next_command();
    const Answer answer = ledger->execute(owned.view(), now_ns);
    script.learn(owned.command, answer);
    met.insert(answer.status);
  }
  for (auto status = Status::ok; status < Status::balance_overflow;
       status = static_cast<Status>(static_cast<int>(status) + 1)) {
    EXPECT_TRUE(met.contains(status)) << to_string(status);
  }
}

class LedgerDifferentialTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  // Runs one script; false after the first difference, which is reported with the operations that led to it.
  bool agrees(std::uint64_t seed, const Ledger::Options& options) {
    Ledger::Options in_memory = options;
    in_memory.log = std::make_shared<FaultyStorage>();
    tested_ = GetParam().make(in_memory);
    oracle_ = Registry<Ledger>::instance().find("reference")->make(options);
    Script script(seed);
    std::deque<std::string> recent;
    for (int step = 0; step < script_operations; ++step) {
      const TimeNs now_ns = script.next_time();
      std::string line;
      const std::string difference = step_differs(script, now_ns, line);
      recent.push_back(fmt::format("{:5} now={} {}", step, now_ns, line));
      if (recent.size() > 20) recent.pop_front();
      if (difference.empty()) continue;
      std::string report = fmt::format("CONTEND_SEED={} {}\n", seed, difference);
      for (const std::string& earlier : recent) report += earlier + "\n";
      ADD_FAILURE() << report;
      return false;
    }
    return true;
  }

 private:
  std::string step_differs(Script& script, TimeNs now_ns, std::string& line) {
    switch (script.below(40)) {
      case 0: {
        const std::size_t budget = script.below(6);
        line = fmt::format("run_due budget={}", budget);
        return tested_->run_due(now_ns, budget) == oracle_->run_due(now_ns, budget) ? "" : "run_due differs";
      }
      case 1:
      case 2:
        return reads_differ(script, now_ns, line);
      default:
        break;
    }
    const OwnedCommand owned = script.next_command();
    const Answer expected = oracle_->execute(owned.view(), now_ns);
    const Answer actual = tested_->execute(owned.view(), now_ns);
    const Command& command = owned.command;
    script.learn(command, expected);
    line = fmt::format("{} key={} payer={} payee={} amount={} reference={} -> {}", to_string(command.kind), owned.key,
                       command.payer, command.payee, command.amount, command.reference, describe(expected));
    return actual == expected ? "" : "expected " + describe(expected) + ", was " + describe(actual);
  }

  std::string reads_differ(Script& script, TimeNs now_ns, std::string& line) {
    const AccountId account = script.below(accounts + 2);
    const TransactionId from = script.below(4000);
    const TransactionId to = script.below(4000);
    line = fmt::format("reads of account {} from {} to {}", account, from, to);
    if (tested_->balance(account, now_ns) != oracle_->balance(account, now_ns)) return "balance differs";
    if (tested_->balance_at(account, to) != oracle_->balance_at(account, to)) return "balance_at differs";
    std::vector<StatementEntry> expected;
    std::vector<StatementEntry> actual;
    if (oracle_->statement(account, from, to, 10, expected) != tested_->statement(account, from, to, 10, actual)) {
      return "status of the statement differs";
    }
    if (expected != actual) return "statement differs";
    const TrialBalance oracle = oracle_->trial_balance();
    const TrialBalance tested = tested_->trial_balance();
    if (!tested.balanced()) return "the books do not balance";
    return oracle.as_of == tested.as_of && oracle.totals == tested.totals ? "" : "trial balance differs";
  }

  std::unique_ptr<Ledger> tested_;
  std::unique_ptr<Ledger> oracle_;
};

TEST_P(LedgerDifferentialTest, AnswersLikeTheReference) {
  for (std::uint64_t seed = test_seed(1), last = seed + 3; seed != last; ++seed) {
    if (!agrees(seed, {})) return;
  }
}

TEST_P(LedgerDifferentialTest, AnswersLikeTheReferenceWhenFailuresMayBeRetriedAndOnlyTheLatestFires) {
  agrees(test_seed(11), {.failures = FailurePolicy::retryable, .catch_up = CatchUp::latest_only});
}

// Fires up to `budget` occurrences, as one caller after the other would.
RunAnswer run_due_by_model(ModelLedger& model, TimeNs now_ns, std::size_t budget) {
  RunAnswer all;
  do {
    const RunAnswer one = model.run_one_due(now_ns);
    all.fired += one.fired;
    all.failed += one.failed;
    all.skipped += one.skipped;
    all.more = one.more;
  } while (all.more && all.fired + all.failed < budget);
  return all;
}

void expect_same_books(Ledger& ledger, const ModelLedger& model, Script& script, TimeNs now_ns) {
  const AccountId account = script.below(accounts + 2);
  const TransactionId from = script.below(400);
  const TransactionId to = script.below(400);
  EXPECT_EQ(ledger.balance(account, now_ns), model.balance(account, now_ns));
  EXPECT_EQ(ledger.balance_at(account, to), model.balance_at(account, to));
  std::vector<StatementEntry> expected;
  std::vector<StatementEntry> actual;
  EXPECT_EQ(ledger.statement(account, from, to, 10, actual), model.statement(account, from, to, 10, expected));
  EXPECT_EQ(actual, expected);
  const TrialBalance trial = ledger.trial_balance();
  EXPECT_EQ(trial.as_of, model.trial_balance().as_of);
  EXPECT_EQ(trial.totals, model.trial_balance().totals);
}

TEST_P(LedgerDifferentialTest, AnswersAsTheModelDoes) {
  constexpr int operations = 1000;
  for (std::uint64_t seed = test_seed(21), last = seed + 8; seed != last; ++seed) {
    const FailurePolicy failures = seed % 2 == 0 ? FailurePolicy::retryable : FailurePolicy::final;
    const CatchUp catch_up = seed / 2 % 2 == 0 ? CatchUp::latest_only : CatchUp::every;
    const auto ledger =
        GetParam().make({.failures = failures, .catch_up = catch_up, .log = std::make_shared<FaultyStorage>()});
    ModelLedger model(failures, catch_up);
    Script script(seed, seed / 4 % 2 == 0);
    for (int step = 0; step < operations; ++step) {
      SCOPED_TRACE(fmt::format("step {} CONTEND_SEED={}", step, seed));
      const TimeNs now_ns = script.next_time();
      const std::uint64_t choice = script.below(20);
      if (choice == 0) {
        const std::size_t budget = 1 + script.below(4);
        ASSERT_EQ(ledger->run_due(now_ns, budget), run_due_by_model(model, now_ns, budget));
      } else if (choice == 1) {
        expect_same_books(*ledger, model, script, now_ns);
      } else {
        const OwnedCommand owned = script.next_command();
        const Answer expected = model.execute(owned.view(), now_ns);
        const Answer actual = ledger->execute(owned.view(), now_ns);
        script.learn(owned.command, expected);
        ASSERT_EQ(actual, expected) << to_string(owned.command.kind) << ": expected " << describe(expected) << ", was "
                                    << describe(actual);
      }
      if (HasFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Implementations, LedgerDifferentialTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

}  // namespace
}  // namespace contend::ledger
