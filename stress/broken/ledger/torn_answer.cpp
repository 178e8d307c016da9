#include <thread>

#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {
namespace {

// The balance is read in one step and the transaction that it is as of in the next, as unordered copies would be.
class TornAnswer final : public ForwardingLedger {
 public:
  BalanceAnswer balance(AccountId account, TimeNs now_ns) override {
    BalanceAnswer answer = inner_->balance(account, now_ns);
    std::this_thread::yield();
    answer.as_of = inner_->balance(account, now_ns).as_of;
    return answer;
  }
};

const bool registered =
    register_broken_ledger<TornAnswer>("torn_answer", 61, "an answer's fields are read one after the other",
                                       "the fields of an answer are of one instant", "fields");

}  // namespace
}  // namespace contend::ledger
