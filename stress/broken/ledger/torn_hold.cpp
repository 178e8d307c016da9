
#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// What is set aside is read in one step, and what it belongs to in the next.
class TornHold final : public ForwardingLedger {
 public:
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    const Amount held = inner_->balance(account, now_ns).held;
    open_window();
    BalanceAnswer answer = inner_->balance(account, now_ns);
    answer.held = held;
    return answer;
  }
};

const bool registered = register_broken<Ledger, TornHold>({.name = "torn_hold",
                                                           .number = 70,
                                                           .bug = "what is set aside is read before the other fields",
                                                           .rule = "what is held belongs to the transaction named",
                                                           .caught_by = "holds"});

}  // namespace
}  // namespace contend::ledger
