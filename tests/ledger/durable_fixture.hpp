#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/ledger/ledger.hpp"
#include "stress/ledger/faulty_storage.hpp"
#include "tests/support/implementations.hpp"

namespace contend::ledger {

inline constexpr Currency euro = 978;
inline constexpr AccountId accounts = 3;
using Ask = std::function<Answer(Ledger&)>;

// One of everything, refusals included: the same calls, in the same order, wherever it runs.
inline std::vector<Ask> script() {
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
inline std::string picture(Ledger& books) {
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

// A ledger that keeps a log, and what the script has left in one.
class DurableLedgerTest : public testing::TestWithParam<Implementation<Ledger>> {
 protected:
  std::unique_ptr<Ledger> open(std::shared_ptr<LogStorage> log) { return GetParam().make({.log = std::move(log)}); }
  std::unique_ptr<Ledger> open(std::string bytes) { return open(std::make_shared<FaultyStorage>(std::move(bytes))); }

  // Runs the script and notes, before each call, how long the log was and what the books looked like.
  void SetUp() override {
    const auto storage = std::make_shared<FaultyStorage>();
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

inline std::vector<Implementation<Ledger>> durable_implementations() {
  std::vector<Implementation<Ledger>> chosen;
  std::ranges::copy_if(implementations<Ledger>(), std::back_inserter(chosen),
                       [](const auto& implementation) { return implementation.guarantees.durable; });
  return chosen;
}

}  // namespace contend::ledger
