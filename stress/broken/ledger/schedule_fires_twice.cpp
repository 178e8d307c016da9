#include <atomic>
#include <mutex>
#include <string>

#include "impls/ledger/books/calendar.hpp"
#include "stress/broken/ledger/forwarding_ledger.hpp"

namespace contend::ledger {
namespace {

// A caller that runs what is due works on a copy of the calendar and puts it back afterwards: two callers fire the same
// occurrence. The keys of the transfers do not save it, for they are made up anew.
class ScheduleFiresTwice final : public ForwardingLedger {
 public:
  Answer execute(const Command& command, TimeNs now_ns) override {
    const std::scoped_lock lock(mutex_);
    if (command.kind == CommandKind::schedule) return {.id = calendar_.add(command)};
    if (command.kind == CommandKind::cancel) return {.status = calendar_.cancel(command.reference)};
    return inner_->execute(command, now_ns);
  }
  RunAnswer run_due(TimeNs now_ns, std::size_t budget) override {
    Calendar mine;
    {
      const std::scoped_lock lock(mutex_);
      mine = calendar_;
    }
    const RunAnswer answer = mine.run_due(now_ns, budget, CatchUp::every, [&](const Occurrence& occurrence) {
      const std::string key = "fired/" + std::to_string(++fired_);
      return inner_->execute(occurrence.command(key), now_ns).status == Status::ok;
    });
    const std::scoped_lock lock(mutex_);
    calendar_ = mine;
    return answer;
  }

 private:
  std::mutex mutex_;
  Calendar calendar_;
  std::atomic<std::uint64_t> fired_{0};
};

const bool registered = register_broken<Ledger, ScheduleFiresTwice>({.name = "schedule_fires_twice",
                                                                     .number = 35,
                                                                     .bug = "two callers take the same due occurrence",
                                                                     .rule = "an occurrence fires at most once",
                                                                     .caught_by = "claims"});

}  // namespace
}  // namespace contend::ledger
