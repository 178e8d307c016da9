// Deposits, withdrawals, transfers and balances of two accounts: answers with balances leave little choice of order.

#include <fmt/core.h>

#include <array>
#include <boost/describe/enum.hpp>
#include <random>
#include <string>

#include "impls/base/enum_text.hpp"
#include "impls/ledger/ledger.hpp"
#include "stress/driver/attack.hpp"
#include "stress/ledger/books.hpp"
#include "stress/linearizability/judging.hpp"
#include "stress/linearizability/recording.hpp"

namespace contend::ledger {
namespace {

constexpr Sized linearized_calls{.full = 150, .small = {2, 6}};
constexpr Amount start_balance = 50;
constexpr std::uint64_t largest_amount = 60;

enum class AccountCall : std::uint8_t { deposit, withdraw, transfer, balance };
BOOST_DESCRIBE_ENUM(AccountCall, deposit, withdraw, transfer, balance)

struct LedgerOperation {
  AccountCall call = AccountCall::balance;
  std::uint8_t payer = 0;  // index of an account
  std::uint8_t payee = 0;
  Amount amount = 0;
  Status status = Status::ok;
  Amount balance = 0;
};

struct TwoAccounts {
  using Operation = LedgerOperation;
  using State = std::array<Amount, 2>;

  State initial() const { return {start_balance, start_balance}; }

  bool step(State& state, const LedgerOperation& op) const {
    if (op.call == AccountCall::balance) return state[op.payer] == op.balance;
    const bool pays = op.call != AccountCall::deposit;
    const bool short_of_money = pays && state[op.payer] < op.amount;
    if (short_of_money || op.status != Status::ok) {
      return short_of_money && op.status == Status::insufficient_funds;
    }
    if (pays) state[op.payer] -= op.amount;
    if (op.call != AccountCall::withdraw) state[op.payee] += op.amount;
    return state[pays ? op.payer : op.payee] == op.balance;
  }

  bool only_looks(const LedgerOperation& op) const {
    return op.call == AccountCall::balance || op.status != Status::ok;
  }

  std::uint64_t fingerprint(const State& state) const {
    return mix_bits(static_cast<std::uint64_t>(state[0])) ^ mix_bits(static_cast<std::uint64_t>(state[1]) + 0x51ed);
  }
};

void call_ledger(Ledger& ledger, std::mt19937_64& random, const std::string& key, LedgerOperation& op) {
  op.call = static_cast<AccountCall>(random() % enum_count<AccountCall>);
  op.payer = static_cast<std::uint8_t>(random() % 2);
  op.payee = op.call == AccountCall::deposit ? op.payer : static_cast<std::uint8_t>(1 - op.payer);
  op.amount = 1 + static_cast<Amount>(random() % largest_amount);
  const AccountId payer = 1u + op.payer;
  const AccountId payee = 1u + op.payee;
  Answer answer;
  switch (op.call) {
    case AccountCall::deposit:
      answer = ledger.deposit(key, payee, op.amount, 0);
      break;
    case AccountCall::withdraw:
      answer = ledger.withdraw(key, payer, op.amount, 0);
      break;
    case AccountCall::transfer:
      answer = ledger.transfer(key, payer, payee, op.amount, 0);
      break;
    case AccountCall::balance:
      answer.balance = ledger.balance(payer, 0).balance;
      break;
  }
  op.status = answer.status;
  op.balance = answer.balance;
}

std::string describe(const LedgerOperation& op) {
  return fmt::format("{}({} -> {}, {}) -> {}, balance {}", enum_text(op.call), op.payer, op.payee, op.amount,
                     to_string(op.status), op.balance);
}

void round_of_linearizability(const Subject<Ledger>& subject, Round& round) {
  const int calls = round.size(linearized_calls);
  const auto ledger = ledger_with_accounts(subject, round, 2, start_balance);
  const auto history = record_calls<LedgerOperation>(
      round, round.threads(), calls, [&](int, std::uint32_t number, std::mt19937_64& random, LedgerOperation& op) {
        call_ledger(*ledger, random, std::to_string(number), op);
      });
  judge_history<TwoAccounts>(round, history, describe);
}
const bool linearizability_registered = register_attack<Ledger>(
    {"linearizability", "operations on two accounts are linearizable", round_of_linearizability});

}  // namespace
}  // namespace contend::ledger
