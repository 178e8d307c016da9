#include <array>
#include <vector>

#include "impls/sync/mutex.hpp"
#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {
namespace {

// A chain locks its accounts leg by leg as it comes to them: 1 -> 2 -> 3, 2 -> 3 -> 1 and 3 -> 1 -> 2 can wait for each
// other.
class ThreeWayCycle final : public ForwardingLedger {
 public:
  // The analysis cannot follow a set of locks that is known only at run time.
  Answer execute(const Command& command, TimeNs now_ns) override NO_THREAD_SAFETY_ANALYSIS {
    std::vector<Mutex*> held;
    for (const Leg& leg : command.legs) {
      for (const AccountId id : {leg.payer, leg.payee}) {
        Mutex* mutex = &accounts_[id % accounts_.size()];
        if (std::ranges::count(held, mutex) > 0) continue;
        mutex->lock();
        held.push_back(mutex);
      }
    }
    const Answer answer = inner_->execute(command, now_ns);
    for (Mutex* mutex : held) mutex->unlock();
    return answer;
  }

 private:
  std::array<Mutex, 5> accounts_{Mutex({"account", 0}), Mutex({"account", 1}), Mutex({"account", 2}),
                                 Mutex({"account", 3}), Mutex({"account", 4})};
};

const bool registered = register_broken<Ledger, ThreeWayCycle>({.name = "three_way_cycle",
                                                                .number = 29,
                                                                .bug = "a chain locks its accounts leg by leg",
                                                                .rule = "no cycle of waits can close",
                                                                .caught_by = "storm",
                                                                .ending = Ending::deadlock});

}  // namespace
}  // namespace contend::ledger
