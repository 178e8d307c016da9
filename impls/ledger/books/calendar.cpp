#include "impls/ledger/books/calendar.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

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

void Calendar::advance(Schedule& schedule, std::uint32_t occurrences) noexcept {
  schedule.next.number += occurrences;
  schedule.left -= occurrences;
  // What the earlier due times did not overflow, all but the last cannot either.
  const auto most = static_cast<DurationNs>(occurrences - 1);
  const TimeNs last_ns = schedule.due_ns + most * schedule.interval_ns;
  // No interval is for ever: what is due must fit, or never is.
  if (__builtin_add_overflow(last_ns, schedule.interval_ns, &schedule.due_ns)) schedule.due_ns = never;
}

std::uint32_t Calendar::missed(const Schedule& schedule, TimeNs now_ns) {
  if (schedule.left <= 1) return 0;
  const auto intervals = (static_cast<__int128>(now_ns) - schedule.due_ns) / schedule.interval_ns;
  return static_cast<std::uint32_t>(std::min<__int128>(intervals, schedule.left - 1));
}

// Re-using the node means that nothing here can throw.
void Calendar::move_on(Pending::iterator place, std::uint32_t occurrences) noexcept {
  Schedule& schedule = schedules_[place->second - 1];
  auto node = pending_.extract(place);
  advance(schedule, occurrences);
  if (schedule.left == 0) return;
  node.value().first = schedule.due_ns;
  pending_.insert(std::move(node));
}

bool Calendar::is_due(TimeNs now_ns) const {
  return !pending_.empty() && pending_.begin()->first != never && pending_.begin()->first <= now_ns;
}

RunAnswer Calendar::run_due(TimeNs now_ns, std::size_t budget, CatchUp catch_up,
                            const std::function<bool(const Occurrence&)>& fire) {
  RunAnswer answer;
  while (is_due(now_ns)) {
    answer.more = answer.fired + answer.failed == budget;
    if (answer.more) break;
    const auto place = pending_.begin();
    const Schedule& schedule = schedules_[place->second - 1];
    if (const std::uint32_t skipped = catch_up == CatchUp::latest_only ? missed(schedule, now_ns) : 0; skipped > 0) {
      skipped_ += skipped;
      move_on(place, skipped);
      continue;
    }
    try {
      ++(fire(schedule.next) ? answer.fired : answer.failed);
    } catch (...) {
      if (answer.fired + answer.failed == 0) throw;
      answer.more = true;
      break;
    }
    move_on(place, 1);
  }
  answer.skipped = std::exchange(skipped_, 0);
  return answer;
}

}  // namespace contend::ledger
