#include <atomic>
#include <map>
#include <mutex>
#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// The key is looked up before the effect and remembered after it: two callers that come together both have the effect.
class KeyAfterRelease final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    const std::string key(command.key);
    {
      const std::scoped_lock lock(mutex_);
      if (const auto known = answers_.find(key); known != answers_.end()) {
        Answer again = known->second;
        again.replayed = true;
        return again;
      }
    }
    open_window();
    Command once = command;
    const std::string unique = key + "#" + std::to_string(++calls_);
    once.key = unique;
    const Answer answer = inner_->execute(once, now_ns);
    const std::scoped_lock lock(mutex_);
    answers_.try_emplace(key, answer);
    return answer;
  }

 private:
  std::atomic<std::uint64_t> calls_{0};
  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
};

const bool registered = register_broken<Ledger, KeyAfterRelease>({.name = "key_after_release",
                                                                  .number = 32,
                                                                  .bug = "the effect is visible before the key is",
                                                                  .rule = "one key, one effect",
                                                                  .caught_by = "claims"});

}  // namespace
}  // namespace contend::ledger
