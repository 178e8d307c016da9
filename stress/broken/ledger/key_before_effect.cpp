#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "stress/broken/ledger/forwarding_ledger.hpp"

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
    std::this_thread::yield();
    return inner_->execute(command, now_ns);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> done_;
};

const bool registered = register_broken_ledger<KeyBeforeEffect>(
    "key_before_effect", 31, "the key is recorded as done, and then the transfer fails",
    "the same key is given the same answer", "claims");

}  // namespace
}  // namespace contend::ledger
