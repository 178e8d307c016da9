#include <atomic>
#include <string>

#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {
namespace {

// Cancel answers ok and leaves it to a later call to take the schedule off: a caller that runs what is due meanwhile
// wins too.
class CancelRaceBothWin final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    if (command.kind != CommandKind::cancel) return inner_->execute(command, now_ns);
    const ScheduleId earlier = pending_.exchange(command.reference);
    if (earlier != 0) inner_->cancel("late/" + std::string(command.key), earlier, now_ns);
    return {};
  }

 private:
  std::atomic<ScheduleId> pending_{0};
};

const bool registered = register_broken<Ledger, CancelRaceBothWin>({.name = "cancel_race_both_win",
                                                                    .number = 36,
                                                                    .bug = "cancel answers yes and the transfer fires",
                                                                    .rule = "after a cancel nothing fires",
                                                                    .caught_by = "claims"});

}  // namespace
}  // namespace contend::ledger
