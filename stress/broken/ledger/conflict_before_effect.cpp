#include <map>
#include <mutex>
#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"
#include "stress/round/window.hpp"

namespace contend::ledger {
namespace {

// A known key with another amount is answered with a conflict at once, though the command that the key stands for has
// not had its effect yet: it gets a later id than what the other caller does next.
class ConflictBeforeEffect final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    {
      const std::scoped_lock lock(mutex_);
      const auto [known, first] = amounts_.try_emplace(std::string(command.key), command.kind, command.amount);
      if (!first && known->second.first == command.kind && known->second.second != command.amount) {
        return {.status = Status::key_conflict, .field = CommandField::amount};
      }
    }
    open_window();
    return inner_->execute(command, now_ns);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::pair<CommandKind, Amount>> amounts_;
};

const bool registered = register_broken<Ledger, ConflictBeforeEffect>(
    {.name = "conflict_before_effect",
     .number = 60,
     .bug = "a conflict is answered while the key's own command has not happened yet",
     .rule = "what an answer tells of has happened",
     .caught_by = "histories"});

}  // namespace
}  // namespace contend::ledger
