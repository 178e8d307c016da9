#pragma once

#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {

// A ledger whose books would let an account go below zero: every account has a hidden credit, and balances are told
// without it. Whether there is enough money is for the broken design to check, and that is where its bug is.
class OverdraftLedger : public ForwardingLedger {
 public:
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    BalanceAnswer answer = inner_->balance(account, now_ns);
    answer.balance -= credit;
    return answer;
  }

 protected:
  static constexpr Amount credit = 1'000'000'000;

  static bool takes_money(const Command& command) {
    return command.kind == CommandKind::withdraw || command.kind == CommandKind::transfer;
  }

  // Runs the command on whatever money there is.
  Answer run(const Command& command, TimeNs now_ns) {
    Answer answer = inner_->execute(command, now_ns);
    if (answer.status != Status::ok) return answer;
    if (command.kind == CommandKind::open_account) {
      inner_->deposit("credit/" + std::string(command.key), command.payee, credit, now_ns);
    } else {
      answer.balance -= credit;
    }
    return answer;
  }
};

}  // namespace contend::ledger
