// What report and task answer while a run goes on: counts that fit each other and never go back, states that follow one
// another, and no task on its way before what it depends on has succeeded.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "impls/base/clock.hpp"
#include "stress/driver/attack.hpp"
#include "stress/scheduler/adding.hpp"

namespace contend::scheduler {
namespace {

constexpr Sized reported_tasks{.full = 80, .small = {3, 8}};
constexpr Sized looks_of_reader{.full = 100'000, .small = {3, 8}};  // at most: readers end with the run

struct ReportOutcomes {
  Round& round;
  Outcomes::Counter& reports = round.required("reports", "taken while the graph ran");
  Outcomes::Counter& states = round.required("states", "of a task and of what it depends on, one after the other");
  Outcomes::Counter& contradictions =
      round.forbidden("contradictions", "the counts of one report do not fit each other");
  Outcomes::Counter& shrunk = round.forbidden("shrunk", "a reader was shown less than before");
  Outcomes::Counter& wrong_steps = round.forbidden("wrong steps", "a state that cannot follow the one shown before");
  Outcomes::Counter& too_early =
      round.forbidden("too early", "a task was on its way before what it depends on had succeeded");
};

// Counts that only grow while one run goes on.
std::array<std::uint64_t, 9> growing(const Report& report) {
  return {report.succeeded,     report.failed,   report.timed_out,    report.skipped,        report.cancelled,
          report.never_started, report.attempts, report.late_results, report.failures.size()};
}

bool is_on_its_way(const TaskReport& task) {
  return task.attempts > 0 || task.state == TaskState::ready;
}

// What one reader has been shown.
class Reader {
 public:
  Reader(const Scheduler& scheduler, const Plan& plan, Round& round, ReportOutcomes& seen)
      : scheduler_(scheduler),
        plan_(plan),
        ends_(expected_ends(plan)),
        round_(round),
        seen_(seen),
        last_states_(plan.size()) {}

  void look_at_report() {
    const Report report = scheduler_.report();
    ++seen_.reports;
    const std::uint64_t finals =
        report.succeeded + report.failed + report.timed_out + report.skipped + report.cancelled + report.never_started;
    std::uint64_t attempts = 0;
    for (const std::uint64_t of_worker : report.attempts_of_workers) attempts += of_worker;
    // A success is counted after its attempt.
    if (report.tasks != plan_.size() || report.left + finals != report.tasks || attempts != report.attempts ||
        report.succeeded + report.failed > report.attempts) {
      ++seen_.contradictions;
      round_.conclude(Verdict::illegal,
                      fmt::format("a report of {} tasks: {} left, {} succeeded, {} ended, {} attempts", report.tasks,
                                  report.left, report.succeeded, finals, report.attempts));
    }
    const auto now = growing(report);
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] < last_counts_[i]) ++seen_.shrunk;
    }
    last_counts_ = now;
  }

  void look_at_task(std::size_t i) {
    const TaskReport now = scheduler_.task(planned_name(i)).value();
    ++seen_.states;
    TaskReport& last = last_states_[i];
    const bool left_its_end = is_final(last.state) && (now.state != last.state || now.attempts != last.attempts);
    const bool wrong_end = is_final(now.state) && now.state != ends_[i];
    const bool back_to_start = now.state == TaskState::pending && last.state != TaskState::pending;
    if (left_its_end || wrong_end || back_to_start || now.attempts < last.attempts) {
      ++seen_.wrong_steps;
      round_.conclude(Verdict::illegal, fmt::format("{} was {} after {} attempts and is {} after {}; it must end {}",
                                                    planned_name(i), to_string(last.state), last.attempts,
                                                    to_string(now.state), now.attempts, to_string(ends_[i])));
    }
    last = now;
    if (!is_on_its_way(now)) return;
    for (const std::size_t dependency : plan_[i].dependencies) {
      if (scheduler_.task(planned_name(dependency)).value().state != TaskState::succeeded) ++seen_.too_early;
    }
  }

 private:
  const Scheduler& scheduler_;
  const Plan& plan_;
  const std::vector<TaskState> ends_;
  Round& round_;
  ReportOutcomes& seen_;
  std::array<std::uint64_t, 9> last_counts_{};
  std::vector<TaskReport> last_states_;
};

void round_of_reports(const Subject<Scheduler>& subject, Round& round) {
  ReportOutcomes seen(round);
  const auto most_tasks = static_cast<std::uint64_t>(round.size(reported_tasks));
  const int looks = round.size(looks_of_reader);
  const Plan plan = random_plan(round.random(), 1 + round.random()() % most_tasks, true);
  SimulatedClock clock;
  const int threads = round.threads(2);
  const auto scheduler = subject.make({.workers = threads, .clock = &clock, .seed = round.seed()});
  add_plan(*scheduler, plan, round.random(), [&plan](std::size_t i) {
    return [&plan, i](TaskContext& context) {
      std::this_thread::yield();
      if (context.attempt() > plan[i].failures) return Outcome::success;
      return plan[i].permanently ? Outcome::permanent_failure : Outcome::failure;
    };
  });
  std::atomic<bool> over{false};
  round.run_threads(threads, [&](int thread) {
    if (thread == 0) {
      scheduler->run();
      over = true;
      return;
    }
    std::mt19937_64 random = round.random_of(thread);
    Reader reader(*scheduler, plan, round, seen);
    for (int look = 0; look < looks && !round.illegal(); ++look) {
      const bool last_look = over;
      reader.look_at_report();
      reader.look_at_task(random() % plan.size());
      round.count_operation();
      if (last_look) break;
    }
  });
  if (scheduler->report().left != 0) ++seen.contradictions;
}
const bool reports_registered = register_attack<Scheduler>(
    {"reports", "reports and states of tasks, taken while the graph runs, fit each other and never go back",
     round_of_reports});

}  // namespace
}  // namespace contend::scheduler
