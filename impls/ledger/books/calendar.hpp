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
  // same occurrence comes again, under the same key. The exception comes out if it was the first; else the answer tells
  // of those before it, and that there is more. Under CatchUp::latest_only a schedule whose turn comes first moves on to
  // the latest occurrence that is due, O(log schedules) however many it has missed, and waits for its turn there.
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

  using Pending = std::set<std::pair<TimeNs, ScheduleId>>;

  // Requires 1 <= occurrences <= left, and that all but the last of them are due at times that fit.
  static void advance(Schedule& schedule, std::uint32_t occurrences) noexcept;
  // How many occurrences come before the latest that is due. Requires that one is due.
  static std::uint32_t missed(const Schedule& schedule, TimeNs now_ns);
  void move_on(Pending::iterator place, std::uint32_t occurrences) noexcept;
  bool is_due(TimeNs now_ns) const;

  std::vector<Schedule> schedules_;  // by id - 1
  Pending pending_;                  // next due of every schedule that has one
  std::size_t skipped_ = 0;          // and not told yet: of a run that was ended by an exception
};

}  // namespace contend::ledger
