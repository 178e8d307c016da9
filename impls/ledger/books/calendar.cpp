#include "impls/ledger/books/calendar.hpp"

#include <fmt/core.h>

namespace contend::ledger {

std::string Occurrence::key() const {
  return fmt::format("{}{}/{}", reserved_key_prefix, schedule, number);
}

Command Occurrence::command(std::string_view occurrence_key) const {
  return Command::transfer(occurrence_key, payer, payee, amount);
}

ScheduleId Calendar::add(const Command& command) {
  Schedule schedule;
  schedule.next = {schedules_.size() + 1, 1, command.payer, command.payee, command.amount};
  schedule.due_ns = command.due_ns;
  schedule.interval_ns = command.interval_ns;
  schedule.left = command.occurrences;
  schedules_.push_back(schedule);
  try {
    pending_.emplace(command.due_ns, schedules_.size());
  } catch (...) {
    schedules_.pop_back();
    throw;
  }
  return schedules_.size();
}

Status Calendar::cancel(ScheduleId id) {
  if (id == 0 || id > schedules_.size()) return Status::unknown_schedule;
  Schedule& schedule = schedules_[id - 1];
  if (schedule.cancelled) return Status::schedule_cancelled;
  if (schedule.left == 0) return Status::schedule_finished;
  schedule.cancelled = true;
  pending_.erase({schedule.due_ns, id});
  return Status::ok;
}

void Calendar::advance(Schedule& schedule) {
  ++schedule.next.number;
  --schedule.left;
  schedule.due_ns = deadline_after(schedule.due_ns, schedule.interval_ns);
}

std::size_t Calendar::skip_missed(Schedule& schedule, TimeNs now_ns) {
  std::size_t skipped = 0;
  while (schedule.left > 1 && deadline_after(schedule.due_ns, schedule.interval_ns) <= now_ns) {
    advance(schedule);
    ++skipped;
  }
  return skipped;
}

RunAnswer Calendar::run_due(TimeNs now_ns, std::size_t budget, CatchUp catch_up,
                            const std::function<bool(const Occurrence&)>& fire) {
  RunAnswer answer;
  while (!pending_.empty() && pending_.begin()->first <= now_ns) {
    if (answer.fired + answer.failed == budget) {
      answer.more = true;
      break;
    }
    const auto place = pending_.begin();
    Schedule& schedule = schedules_[place->second - 1];
    if (catch_up == CatchUp::latest_only) answer.skipped += skip_missed(schedule, now_ns);
    ++(fire(schedule.next) ? answer.fired : answer.failed);
    // Re-using the node means that nothing here can throw once the money has moved.
    auto node = pending_.extract(place);
    advance(schedule);
    if (schedule.left == 0) continue;
    node.value().first = schedule.due_ns;
    pending_.insert(std::move(node));
  }
  return answer;
}

}  // namespace contend::ledger
