// Crashes: for every ledger that promises to survive them, whatever the log was cut to.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "tests/ledger/durable_fixture.hpp"

namespace contend::ledger {
namespace {

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
  const auto storage = std::make_shared<FaultyStorage>(log_.substr(0, log_.size() - 1) + std::string(50, '\0'));
  open(storage)->transfer("after", 1, 2, 1, 50);
  EXPECT_TRUE(open(storage)->transfer("after", 1, 2, 1, 50).replayed);
}

TEST_P(DurableLedgerTest, WhatSucceedsIsKeptAndWhatFailedMayBeTriedAgain) {
  const auto storage = std::make_shared<FaultyStorage>();
  const auto open = [&] { return GetParam().make({.failures = FailurePolicy::retryable, .log = storage}); };
  {
    const auto books = open();
    books->open_account("a", 1, euro, 0);
    books->deposit("b", 1, 10, 0);
    EXPECT_EQ(books->withdraw("c", 1, 99, 0).status, Status::insufficient_funds);
  }
  const auto again = open();
  EXPECT_EQ(again->balance(1, 0).balance, 10);
  EXPECT_TRUE(again->deposit("b", 1, 10, 0).replayed);
  const Answer retried = again->withdraw("c", 1, 5, 0);
  EXPECT_EQ(retried.status, Status::ok);
  EXPECT_FALSE(retried.replayed);
}

TEST_P(DurableLedgerTest, AFileThatIsNoLogIsRefusedAndLeftAlone) {
  const auto storage = std::make_shared<FaultyStorage>("a letter to my bank");
  EXPECT_THROW(open(storage), std::runtime_error);
  EXPECT_EQ(storage->bytes(), "a letter to my bank");
}

TEST_P(DurableLedgerTest, OtherPoliciesAreRefusedByName) {
  const auto reopen = [&](Ledger::Options options) {
    options.log = std::make_shared<FaultyStorage>(log_);
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

TEST_P(DurableLedgerTest, ABatchIsSyncedOnce) {
  const auto storage = std::make_shared<FaultyStorage>();
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

}  // namespace
}  // namespace contend::ledger
