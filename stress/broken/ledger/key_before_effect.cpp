#include <mutex>
#include <set>
#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// The key is recorded as done before the command has run: if that is refused, others that send the same key are told
// that it has happened.
class KeyBeforeEffect final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    {
      const std::scoped_lock lock(mutex_);
      if (!done_.emplace(command.key).second) return {.status = Status::ok, .replayed = true};
    }
    open_window();
    return inner_->execute(command, now_ns);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> done_;
};

const bool registered =
    register_broken<Ledger, KeyBeforeEffect>({.name = "key_before_effect",
                                              .number = 31,
                                              .bug = "the key is recorded as done, and then the transfer fails",
                                              .rule = "the same key is given the same answer",
                                              .caught_by = "claims"});

}  // namespace
}  // namespace contend::ledger
