// Keys chosen so that a known hash puts them all into one chain cost what other keys do.

#include "tests/support/hostile_keys.hpp"

#include <gtest/gtest.h>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {
namespace {

class HostileKeysTest : public testing::TestWithParam<Implementation<Ledger>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, HostileKeysTest, testing::ValuesIn(implementations<Ledger>()),
                         implementation_name<Ledger>);

TEST_P(HostileKeysTest, CostWhatOthersDo) {
  expect_hostile_keys_cost_what_others_do(4'000, [](const std::vector<std::string>& keys) {
    const auto ledger = GetParam().make({});
    for (const AccountId id : {1U, 2U}) ledger->open_account("open" + std::to_string(id), id, 978, 0);
    ledger->deposit("all", 1, 1'000'000, 0);
    // In batches, for a durable ledger waits for the disk once in each.
    std::vector<Command> commands;
    for (const std::string& key : keys) {
      commands.push_back(Command::transfer(key, 1, 2, 1));
    }
    std::vector<Answer> answers(keys.size());
    ledger->execute_batch(commands, 0, answers);
    for (const Answer& answer : answers) ASSERT_EQ(answer.status, Status::ok);
  });
}

TEST_P(HostileKeysTest, IdsOfAccountsCostWhatOthersDo) {
  constexpr std::size_t count = 10'000;
  expect_hostile_numbers_cost_what_others_do(count, [](const std::vector<std::uint64_t>& ids) {
    const auto ledger = GetParam().make({.expected_accounts = count});
    std::vector<std::string> keys;  // commands hold views of them
    for (const AccountId id : ids) keys.push_back("open " + std::to_string(id));
    std::vector<Command> commands;
    for (std::size_t i = 0; i < count; ++i) commands.push_back(Command::open_account(keys[i], ids[i], 978));
    std::vector<Answer> answers(count);
    ledger->execute_batch(commands, 0, answers);
    for (const AccountId id : ids) ASSERT_EQ(ledger->balance(id, 0).status, Status::ok);
  });
}

}  // namespace
}  // namespace contend::ledger
