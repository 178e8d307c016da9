// Memory runs out at every place of every operation: each has then not happened, or has happened whole.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "stress/ledger/faulty_storage.hpp"
#include "tests/support/fail_each_allocation.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr AccountId accounts = 8;  // as many as a table of the smallest size holds
constexpr TimeNs now_ns = 50;
constexpr TimeNs much_later_ns = 1000;
constexpr TransactionId all = ~TransactionId{0};
// Longer than what a string holds in itself.
constexpr std::string_view key = "the key of the operation for which memory runs out";

std::string say(const Answer& answer) {
  return fmt::format("{} {} {} {} {}{}", to_string(answer.status), answer.id, answer.balance, to_string(answer.field),
                     answer.leg, answer.replayed ? " replayed" : "");
}
std::string say(const BalanceAnswer& answer) {
  return fmt::format("{} {} {} {}", to_string(answer.status), answer.balance, answer.held, answer.as_of);
}
std::string say(const RunAnswer& answer) {
  return fmt::format("{} {} {} {}", answer.fired, answer.failed, answer.skipped, answer.more);
}
std::string say(const TrialBalance& trial) {
  std::string text = fmt::format("as of {}", trial.as_of);
  for (const CurrencyTotal& total : trial.totals) {
    text += fmt::format(" {}:{}:{}:{}", total.currency, total.accounts, static_cast<Amount>(total.balances),
                        static_cast<Amount>(total.outside));
  }
  return text;
}
std::string say(const std::vector<StatementEntry>& entries) {
  std::string text;
  for (const StatementEntry& entry : entries) {
    text +=
        fmt::format(" {}:{}:{}:{}:{}", entry.id, entry.counterparty, entry.change, entry.balance_after, entry.at_ns);
  }
  return text;
}

// Everything that can be asked, and then what shows itself only in what happens next.
std::string describe(Ledger& ledger) {
  std::string text = say(ledger.trial_balance());
  std::vector<StatementEntry> entries;
  for (AccountId account = 1; account <= accounts + 1; ++account) {
    for (const TimeNs at_ns : {TimeNs{0}, now_ns, much_later_ns}) text += "\n" + say(ledger.balance(account, at_ns));
    ledger.statement(account, 0, all, all, entries);
    text += say(entries);
  }
  text += "\nkey " + say(ledger.deposit(key, 3, 1, now_ns));
  for (const TransactionId hold : {TransactionId{9}, TransactionId{10}}) {
    text += "\nhold " + say(ledger.post(fmt::format("post {}", hold), hold, 1, now_ns));
  }
  text += "\nnext " + say(ledger.hold("next", 4, 5, 1, 10, now_ns));
  text += "\ndue " + say(ledger.run_due(much_later_ns, 10));
  text += "\nschedule " + say(ledger.schedule("next schedule", 4, 5, 1, 2000, 1, 1, now_ns));
  return text + "\n" + say(ledger.trial_balance());
}

// Eight accounts of 100; holds 9 and 10, of which the second has expired at now_ns; schedule 1, of which three
// occurrences have been missed, and schedule 2. The entries of account 1 fill the room that was made for them.
std::unique_ptr<Ledger> prepare(const Implementation<Ledger>& implementation, Ledger::Options options) {
  // A storage that asks for no memory of its own: when it does not get any the ledger has to end its answers.
  if (implementation.guarantees.durable) options.log = std::make_shared<FaultyStorage>("", std::size_t{2} << 20);
  auto ledger = implementation.make(options);
  for (AccountId id = 1; id <= accounts; ++id) {
    ledger->open_account(fmt::format("open {}", id), id, euro, 0);
    ledger->deposit(fmt::format("fill {}", id), id, 100, 0);
  }
  ledger->hold("hold", 2, 3, 40, 1000, 0);
  ledger->hold("hold that expires", 2, 3, 40, 20, 0);
  for (std::size_t i = 0; i < max_chain_legs - 1; ++i) ledger->deposit(fmt::format("more {}", i), 1, 1, 0);
  ledger->schedule("schedule", 4, 5, 5, 10, 10, 6, 0);
  ledger->schedule("another schedule", 6, 5, 5, 25, 10, 1, 0);
  return ledger;
}

class LedgerAllocationTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  // The call under the fault, for both policies about failures.
  template <class Call>
  static std::uint64_t fail_each(const std::string& name, Call call, CatchUp catch_up = CatchUp::every) {
    std::uint64_t allocations = 0;
    for (const FailurePolicy failures : {FailurePolicy::final, FailurePolicy::retryable}) {
      const Ledger::Options options{.failures = failures, .catch_up = catch_up, .expected_accounts = 0};
      allocations = fail_each_allocation<Ledger>(
          {.name = fmt::format("{} of {}", name, GetParam().name),
           .prepare = [options] { return prepare(GetParam(), options); },
           .operate = [call](Ledger& ledger) { return say(under_fault([&] { return call(ledger); })); },
           .describe = describe});
    }
    return allocations;
  }
  static void fail_each_command(const Command& command) {
    const std::uint64_t allocations = fail_each(std::string(to_string(command.kind)),
                                                [&](Ledger& ledger) { return ledger.execute(command, now_ns); });
    EXPECT_GT(allocations, 0U) << "a test that fails nothing shows nothing";
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, LedgerAllocationTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

TEST_P(LedgerAllocationTest, CommandsThatMoveMoney) {
  std::vector<Leg> legs;
  for (std::size_t i = 0; i < max_chain_legs; ++i) legs.push_back({1 + i % 4, 2 + i % 4, 1});
  fail_each_command(Command::deposit(key, 1, 5));
  fail_each_command(Command::withdraw(key, 1, 5));
  fail_each_command(Command::transfer(key, 1, 2, 5));
  fail_each_command(Command::transfer_chain(key, legs));
  fail_each_command(Command::reverse(key, 1));
}

TEST_P(LedgerAllocationTest, Holds) {
  fail_each_command(Command::hold(key, 1, 2, 5, 100));
  fail_each_command(Command::post(key, 9, 5));
  fail_each_command(Command::void_hold(key, 9));
}

TEST_P(LedgerAllocationTest, AccountsAndSchedules) {
  fail_each_command(Command::open_account(key, accounts + 1, euro));
  fail_each_command(Command::schedule(key, 1, 2, 5, 60, 10, 3));
  fail_each_command(Command::cancel(key, 1));
}

TEST_P(LedgerAllocationTest, Refusals) {
  fail_each_command(Command::transfer(key, 1, 2, 5000));
  fail_each_command(Command::transfer(key, 1, 77, 5));
  fail_each_command(Command::post(key, 10, 5));
  fail_each_command(Command::open_account(key, 1, euro));
  fail_each_command(Command::transfer_chain(key, std::array{Leg{1, 2, 5}, Leg{2, 3, 5000}}));
}

TEST_P(LedgerAllocationTest, ReplaysAndConflicts) {
  fail_each("replay", [](Ledger& ledger) { return ledger.deposit("fill 1", 1, 100, now_ns); });
  fail_each("conflict", [](Ledger& ledger) { return ledger.deposit("fill 1", 1, 101, now_ns); });
}

TEST_P(LedgerAllocationTest, Batches) {
  fail_each("batch", [](Ledger& ledger) {
    const std::array commands{Command::transfer(key, 1, 2, 5)};
    std::array<Answer, 1> answers;
    ledger.execute_batch(commands, now_ns, answers);
    return answers[0];
  });
}

// One occurrence is one operation.
TEST_P(LedgerAllocationTest, DueOccurrences) {
  for (const CatchUp catch_up : {CatchUp::every, CatchUp::latest_only}) {
    fail_each("run_due", [](Ledger& ledger) { return ledger.run_due(now_ns, 1); }, catch_up);
    fail_each("run_due that is refused", [](Ledger& ledger) { return ledger.run_due(10, 1); }, catch_up);
  }
}

TEST_P(LedgerAllocationTest, Reads) {
  fail_each("balance", [](Ledger& ledger) { return ledger.balance(2, now_ns); });
  fail_each("balance_at", [](Ledger& ledger) { return ledger.balance_at(2, 5); });
  fail_each("trial_balance", [](Ledger& ledger) { return ledger.trial_balance(); });
  fail_each("statement", [](Ledger& ledger) {
    std::vector<StatementEntry> entries;
    ledger.statement(1, 0, all, all, entries);
    return entries;
  });
}

// Where the journal needs another block of 8192 records.
TEST_P(LedgerAllocationTest, TheFirstTransactionOfABlock) {
  constexpr std::size_t until = 8191;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < until; ++i) keys.push_back(fmt::format("{}", i));
  const auto fill = [&]() -> std::unique_ptr<Ledger> {
    auto ledger = prepare(GetParam(), {.expected_accounts = 0});
    std::vector<Command> commands;
    for (TransactionId id = ledger->trial_balance().as_of; id < until; ++id) {
      commands.push_back(Command::deposit(keys[id], accounts, 1));
    }
    std::vector<Answer> answers(commands.size());
    ledger->execute_batch(commands, 0, answers);
    return ledger;
  };
  fail_each_allocation<Ledger>(
      {.name = fmt::format("deposit into {}", GetParam().name),
       .prepare = fill,
       .operate = [](Ledger& ledger) { return say(under_fault([&] { return ledger.deposit(key, 1, 5, now_ns); })); },
       .describe = describe});
}

// Of several occurrences, those before the one that meets the exception have fired, and are told of.
TEST_P(LedgerAllocationTest, ARunThatIsCutShortTellsWhatHasFired) {
  for (std::uint64_t nth = 1; nth < 60; ++nth) {
    const auto ledger = prepare(GetParam(), {});
    const Amount before = ledger->balance(5, now_ns).balance;
    RunAnswer first;
    try {
      const AllocationFault fault(nth);
      first = ledger->run_due(now_ns, 10);
    } catch (const std::bad_alloc&) {
      EXPECT_EQ(ledger->balance(5, now_ns).balance, before);
    }
    EXPECT_EQ(ledger->balance(5, now_ns).balance, before + 5 * static_cast<Amount>(first.fired)) << nth;
    EXPECT_EQ(first.fired + ledger->run_due(now_ns, 10).fired, 6U) << nth;
    EXPECT_TRUE(ledger->trial_balance().balanced());
  }
}

}  // namespace
}  // namespace contend::ledger
