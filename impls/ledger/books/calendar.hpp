#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impls/ledger/ledger.hpp"

namespace contend::ledger {

// One firing of a scheduled transfer.
struct Occurrence {
  ScheduleId schedule = 0;
  std::uint32_t number = 0;  // from 1
  AccountId payer = 0;
  AccountId payee = 0;
  Amount amount = 0;

  // The idempotency key of this firing, in the reserved name space.
  std::string key() const;
  // The transfer that it stands for. `key` must outlive the command.
  Command command(std::string_view key) const;
};

// The scheduled transfers of a ledger, without synchronisation. Adding and firing cost O(log schedules); a schedule
// stays for ever, so that a late cancel can be told from an unknown one.
class Calendar {
 public:
  // Requires a command that check_schedule accepts.
  ScheduleId add(const Command& command);

  // ok, unknown_schedule, schedule_cancelled or schedule_finished.
  Status cancel(ScheduleId id);

  // Hands at most `budget` occurrences that are due at `now_ns` to `fire`, in the order (due, schedule id). `fire`
  // answers whether money moved. An occurrence is taken off the calendar after its `fire` returns: if that throws, the
  // same occurrence comes again, under the same key.
  RunAnswer run_due(TimeNs now_ns, std::size_t budget, CatchUp catch_up,
                    const std::function<bool(const Occurrence&)>& fire);

 private:
  struct Schedule {
    Occurrence next;
    TimeNs due_ns = 0;
    DurationNs interval_ns = 0;
    std::uint32_t left = 0;  // occurrences still to come, the next one included
    bool cancelled = false;
  };

  std::size_t skip_missed(Schedule& schedule, TimeNs now_ns);
  static void advance(Schedule& schedule);

  std::vector<Schedule> schedules_;                  // by id - 1
  std::set<std::pair<TimeNs, ScheduleId>> pending_;  // next due of every schedule that has one
};

}  // namespace contend::ledger
