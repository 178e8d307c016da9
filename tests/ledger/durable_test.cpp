// Crashes: for every ledger that promises to survive them, whatever the log was cut to.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "impls/ledger/log/write_ahead_log.hpp"
#include "stress/ledger/crashing_storage.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

constexpr Currency euro = 978;
constexpr AccountId accounts = 3;
using Ask = std::function<Answer(Ledger&)>;

// One of everything, refusals included: the same calls, in the same order, wherever it runs.
std::vector<Ask> script() {
  std::vector<Ask> calls;
  const auto add = [&](auto call) { calls.emplace_back(call); };
  for (AccountId id = 1; id <= accounts; ++id) {
    add([id](Ledger& books) { return books.open_account(fmt::format("open/{}", id), id, euro, 0); });
    add([id](Ledger& books) { return books.deposit(fmt::format("fill/{}", id), id, 100, 1); });
  }
  add([](Ledger& books) { return books.transfer("pay", 1, 2, 30, 2); });
  add([](Ledger& books) { return books.transfer("too much", 1, 2, 1000, 3); });
  add([](Ledger& books) { return books.withdraw("out", 2, 5, 3); });
  add([](Ledger& books) {
    const std::array legs{Leg{1, 2, 10}, Leg{2, 3, 90}};
    return books.transfer_chain("chain", legs, 4);
  });
  add([](Ledger& books) { return books.hold("hold", 3, 1, 50, 100, 5); });
  add([](Ledger& books) { return books.post("post", 8, 20, 6); });
  add([](Ledger& books) { return books.hold("hold again", 3, 1, 40, 10, 7); });
  add([](Ledger& books) { return books.void_hold("void", 10, 8); });
  add([](Ledger& books) { return books.reverse("back", 4, 9); });
  add([](Ledger& books) { return books.schedule("standing order", 2, 1, 3, 20, 10, 4, 10); });
  add([](Ledger& books) {
    const RunAnswer ran = books.run_due(35, 10);
    return Answer{.id = ran.fired, .balance = static_cast<Amount>(ran.failed)};
  });
  add([](Ledger& books) { return books.cancel("stop it", 1, 36); });
  add([](Ledger& books) { return books.transfer("last", 2, 3, 1, 40); });
  return calls;
}

// All that can be asked of the books.
std::string picture(Ledger& books) {
  std::string text = fmt::format("as of {}\n", books.trial_balance().as_of);
  for (AccountId id = 1; id <= accounts; ++id) {
    const BalanceAnswer balance = books.balance(id, 40);
    text +=
        fmt::format("{}: {} {} {} {}\n", id, to_string(balance.status), balance.balance, balance.held, balance.as_of);
    std::vector<StatementEntry> entries;
    books.statement(id, 0, ~TransactionId{0}, 1000, entries);
    for (const StatementEntry& entry : entries) {
      text += fmt::format("  {} {} {} {} {} {}\n", entry.id, to_string(entry.kind), entry.counterparty, entry.change,
                          entry.balance_after, entry.at_ns);
    }
  }
  return text;
}

class DurableLedgerTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  std::unique_ptr<Ledger> open(std::shared_ptr<LogStorage> log) { return GetParam().make({.log = std::move(log)}); }
  std::unique_ptr<Ledger> open(std::string bytes) { return open(std::make_shared<CrashingStorage>(std::move(bytes))); }

  // Runs the script and notes, before each call, how long the log was and what the books looked like.
  void SetUp() override {
    const auto storage = std::make_shared<CrashingStorage>();
    const auto books = open(storage);
    for (const Ask& ask : calls_) {
      sizes_.push_back(storage->bytes().size());
      pictures_.push_back(picture(*books));
      answers_.push_back(ask(*books));
    }
    sizes_.push_back(storage->bytes().size());
    pictures_.push_back(picture(*books));
    log_ = storage->bytes();
  }

  // How many calls a log cut to `bytes` holds as a whole.
  std::size_t whole_calls(std::size_t bytes) const {
    std::size_t calls = 0;
    while (calls < calls_.size() && sizes_[calls + 1] <= bytes) ++calls;
    return calls;
  }

  const std::vector<Ask> calls_ = script();
  std::vector<std::size_t> sizes_;
  std::vector<std::string> pictures_;
  std::vector<Answer> answers_;
  std::string log_;
};

std::vector<Implementation<Ledger>> durable_implementations() {
  std::vector<Implementation<Ledger>> chosen;
  std::ranges::copy_if(implementations<Ledger>(), std::back_inserter(chosen),
                       [](const auto& implementation) { return implementation.guarantees.durable; });
  return chosen;
}
INSTANTIATE_TEST_SUITE_P(Implementations, DurableLedgerTest, testing::ValuesIn(durable_implementations()),
                         implementation_name<Ledger>);

TEST_P(DurableLedgerTest, TheScriptDoesWhatItSays) {
  std::size_t refusals = 0;
  for (const Answer& answer : answers_) refusals += answer.status == Status::ok ? 0 : 1;
  EXPECT_EQ(refusals, 1U);
  EXPECT_EQ(answers_[7].status, Status::insufficient_funds);
  EXPECT_EQ(answers_[calls_.size() - 3].id, 2U) << "two occurrences were due";
}

TEST_P(DurableLedgerTest, ACrashAtEveryByteLeavesTheWholeCallsAndTheSameAnswers) {
  for (std::size_t bytes = 0; bytes <= log_.size(); ++bytes) {
    const std::size_t whole = whole_calls(bytes);
    const auto books = open(log_.substr(0, bytes));
    ASSERT_EQ(picture(*books), pictures_[whole]) << "cut at byte " << bytes;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      Answer expected = answers_[i];
      const bool run_of_schedule = i == calls_.size() - 3;  // carries no key: what has fired does not fire again
      if (run_of_schedule && i < whole) expected = {};
      expected.replayed = i < whole && !run_of_schedule;
      ASSERT_EQ(calls_[i](*books), expected) << "call " << i << ", cut at byte " << bytes;
    }
    ASSERT_EQ(picture(*books), pictures_.back()) << "cut at byte " << bytes;
  }
}

TEST_P(DurableLedgerTest, ACallAfterATornEndIsKept) {
  const auto storage = std::make_shared<CrashingStorage>(log_.substr(0, log_.size() - 1) + std::string(50, '\0'));
  open(storage)->transfer("after", 1, 2, 1, 50);
  EXPECT_TRUE(open(storage)->transfer("after", 1, 2, 1, 50).replayed);
}

TEST_P(DurableLedgerTest, ADamagedByteIsNeverTakenForACall) {
  constexpr std::size_t magic_bytes = 8;
  for (std::size_t place = magic_bytes; place < log_.size(); ++place) {
    std::string damaged = log_;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
    ASSERT_EQ(picture(*open(damaged)), pictures_[whole_calls(place)]) << "byte " << place;
  }
}

TEST_P(DurableLedgerTest, AFileThatIsNoLogIsRefusedAndLeftAlone) {
  const auto storage = std::make_shared<CrashingStorage>("a letter to my bank");
  EXPECT_THROW(open(storage), std::runtime_error);
  EXPECT_EQ(storage->bytes(), "a letter to my bank");
}

TEST_P(DurableLedgerTest, OtherPoliciesAreRefusedByName) {
  const auto reopen = [&](Ledger::Options options) {
    options.log = std::make_shared<CrashingStorage>(log_);
    try {
      GetParam().make(options);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(reopen({.failures = FailurePolicy::retryable}), testing::HasSubstr("failures"));
  EXPECT_THAT(reopen({.catch_up = CatchUp::latest_only}), testing::HasSubstr("catch_up"));
}

// Fails from a given sync on.
class FailingStorage final : public LogStorage {
 public:
  explicit FailingStorage(int syncs) : syncs_left_(syncs) {}
  std::string read_all() override { return inner.read_all(); }
  void append(std::string_view bytes) override { inner.append(bytes); }
  void sync() override {
    if (syncs_left_-- <= 0) throw std::system_error(ENOSPC, std::generic_category(), "the log: cannot sync it");
    inner.sync();
  }
  void truncate(std::size_t bytes) override { inner.truncate(bytes); }

  CrashingStorage inner;

 private:
  int syncs_left_;
};

TEST_P(DurableLedgerTest, AfterAFailedSyncNothingIsAnsweredUntilTheLogIsOpenedAgain) {
  const auto storage = std::make_shared<FailingStorage>(4);  // the magic number, the policies, and two calls
  const auto books = open(storage);
  EXPECT_EQ(books->open_account("a", 1, euro, 0).status, Status::ok);
  EXPECT_EQ(books->deposit("b", 1, 10, 0).status, Status::ok);
  EXPECT_THROW(books->deposit("c", 1, 10, 0), std::system_error);
  EXPECT_THROW(books->deposit("d", 1, 10, 0), std::runtime_error);
  EXPECT_THROW(books->balance(1, 0), std::runtime_error) << "a balance that was never promised must not be shown";
  const auto again = open(storage->inner.after_crash(0));
  EXPECT_EQ(again->balance(1, 0).balance, 10);
  EXPECT_EQ(again->deposit("c", 1, 10, 0).balance, 20);
}

TEST_P(DurableLedgerTest, ABatchIsSyncedOnce) {
  const auto storage = std::make_shared<CrashingStorage>();
  const auto books = open(storage);
  const std::size_t before = storage->syncs();
  std::vector<Command> commands(100);
  std::vector<std::string> keys;
  keys.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) keys.push_back(fmt::format("open/{}", i));
  for (std::size_t i = 0; i < commands.size(); ++i) {
    commands[i] = {.kind = CommandKind::open_account, .key = keys[i], .payee = i + 1, .currency = euro};
  }
  std::vector<Answer> answers(commands.size());
  books->execute_batch(commands, 0, answers);
  EXPECT_EQ(storage->syncs(), before + 1);
}

TEST_P(DurableLedgerTest, AFileKeepsTheBooks) {
  const std::string path = testing::TempDir() + fmt::format("/ledger-{}.log", getpid());
  const struct Remove {
    std::string path;
    ~Remove() { std::filesystem::remove(path); }
  } remove{path};
  for (const Ask& ask : calls_) ask(*open(std::shared_ptr(open_log_file(path))));  // a new start for every call
  EXPECT_EQ(picture(*open(std::shared_ptr(open_log_file(path)))), pictures_.back());
}

TEST_P(DurableLedgerTest, AFolderThatIsNotThereIsNamed) {
  try {
    open_log_file("/nowhere/ledger.log");
    FAIL() << "no exception";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/ledger.log"));
  }
}

}  // namespace
}  // namespace contend::ledger
