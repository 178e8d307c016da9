
#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// The balance is read in one step and the transaction that it is as of in the next, as unordered copies would be.
class TornAnswer final : public ForwardingLedger {
 public:
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    BalanceAnswer answer = inner_->balance(account, now_ns);
    open_window();
    answer.as_of = inner_->balance(account, now_ns).as_of;
    return answer;
  }
};

const bool registered = register_broken<Ledger, TornAnswer>({.name = "torn_answer",
                                                             .number = 61,
                                                             .bug = "an answer's fields are read one after the other",
                                                             .rule = "the fields of an answer are of one instant",
                                                             .caught_by = "fields"});

}  // namespace
}  // namespace contend::ledger
