// Attacks on schedulers: whole graphs.

#include <fmt/core.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "impls/base/clock.hpp"
#include "stress/driver/attack.hpp"
#include "stress/scheduler/adding.hpp"

namespace contend::scheduler {
namespace {

// --- graphs: each task as often as it should, after what it depends on, and no more at once than there are workers ---

constexpr Sized graph_tasks{.full = 300, .small = {4, 12}};  // at most
constexpr Sized graph_runs{.full = 3, .small = {1, 2}};

struct GraphOutcomes {
  Round& round;
  Outcomes::Counter& runs = round.required("runs", "of random graphs whose tasks fail as planned");
  Outcomes::Counter& attempts = round.required("attempts", "begun as planned");
  Outcomes::Counter& wrong_ends = round.forbidden("wrong ends", "a task came to another end than the plan's");
  Outcomes::Counter& wrong_starts = round.forbidden("wrong starts", "work ran more or less often than planned");
  Outcomes::Counter& wrong_counts = round.forbidden("wrong counts", "the report does not add up");
  Outcomes::Counter& too_early = round.forbidden("too early", "a task started before what it depends on had ended");
  Outcomes::Counter& twice_at_once = round.forbidden("twice at once", "two workers ran one task at the same time");
  Outcomes::Counter& wrong_attempt = round.forbidden("wrong attempt", "the attempt's number is not that of its starts");
  Outcomes::Counter& too_many = round.forbidden("too many at once", "more ran than there are workers");
  Outcomes::Counter& stopped = round.forbidden("asked to stop", "nobody wanted that");
};

// What the tasks of a plan see during one run.
class GraphWitness {
 public:
  GraphWitness(const Plan& plan, int workers, GraphOutcomes& seen)
      : plan_(plan), workers_(workers), seen_(seen), tasks_(plan.size()) {}

  TaskWork work(std::size_t i) {
    return [this, i](TaskContext& context) {
      Observed& observed = tasks_[i];
      if (++inside_ > workers_) ++seen_.too_many;
      if (observed.active.exchange(true)) ++seen_.twice_at_once;
      const std::uint32_t start = ++observed.starts;
      if (start != context.attempt()) ++seen_.wrong_attempt;
      std::uint64_t sum = 1;
      for (const std::size_t dependency : plan_[i].dependencies) {
        if (tasks_[dependency].successes != 1) ++seen_.too_early;
        sum += tasks_[dependency].value;
      }
      if (context.stop_requested()) ++seen_.stopped;
      const bool succeeds = context.attempt() > plan_[i].failures;
      if (succeeds) {
        observed.value = sum;  // not atomic: what a task wrote must be visible to its dependents
        ++observed.successes;
      }
      observed.active = false;
      --inside_;
      if (succeeds) return Outcome::success;
      return plan_[i].permanently ? Outcome::permanent_failure : Outcome::failure;
    };
  }

  void clear() {
    for (Observed& observed : tasks_) {
      observed.starts = 0;
      observed.successes = 0;
    }
  }

  std::uint32_t starts(std::size_t i) const { return tasks_[i].starts; }

 private:
  struct Observed {
    std::atomic<std::uint32_t> starts{0};
    std::atomic<std::uint32_t> successes{0};
    std::atomic<bool> active{false};
    std::uint64_t value = 0;
  };

  const Plan& plan_;
  const int workers_;
  GraphOutcomes& seen_;
  std::vector<Observed> tasks_;
  std::atomic<int> inside_{0};
};

void check_run(const Scheduler& scheduler, const Plan& plan, const GraphWitness& witness, Round& round,
               GraphOutcomes& seen) {
  const std::vector<TaskState> ends = expected_ends(plan);
  std::uint64_t attempts = 0;
  std::uint64_t succeeded = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::uint32_t starts = ends[i] == TaskState::skipped ? 0 : plan[i].attempts_if_started();
    attempts += starts;
    succeeded += ends[i] == TaskState::succeeded ? 1U : 0U;
    const TaskReport end = scheduler.task(planned_name(i)).value();
    const bool wrong_end = end.state != ends[i] || end.attempts != starts;
    const bool wrong_starts = witness.starts(i) != starts;
    if (wrong_end) ++seen.wrong_ends;
    if (wrong_starts) ++seen.wrong_starts;
    if (!wrong_end && !wrong_starts) continue;
    round.conclude(Verdict::illegal,
                   fmt::format("{} is {} after {} attempts, ran {} times; must be {} after {}", planned_name(i),
                               to_string(end.state), end.attempts, witness.starts(i), to_string(ends[i]), starts));
  }
  const Report report = scheduler.report();
  if (report.attempts != attempts || report.succeeded != succeeded || report.left != 0 || report.late_results != 0 ||
      report.succeeded + report.failed + report.skipped != plan.size()) {
    ++seen.wrong_counts;
  }
  seen.attempts.add(attempts);
}

void round_of_graphs(const Subject<Scheduler>& subject, Round& round) {
  GraphOutcomes seen(round);
  std::mt19937_64& random = round.random();
  const auto most_tasks = static_cast<std::uint64_t>(round.size(graph_tasks));
  const int runs = round.size(graph_runs);
  const int workers = 1 + static_cast<int>(random() % static_cast<unsigned>(round.threads(2)));
  const Plan plan = random_plan(random, 1 + random() % most_tasks, true);
  GraphWitness witness(plan, workers, seen);
  SimulatedClock clock;
  const auto scheduler = subject.make({.workers = workers, .clock = &clock, .seed = round.seed()});
  add_plan(*scheduler, plan, random, [&](std::size_t i) { return witness.work(i); });
  for (int run = 0; run < runs && !round.illegal(); ++run) {
    witness.clear();
    if (scheduler->run().status != RunStatus::completed) ++seen.wrong_counts;
    check_run(*scheduler, plan, witness, round, seen);
    round.count_operation();
    ++seen.runs;
  }
}
const bool graphs_registered = register_attack<Scheduler>(
    {"graphs", "random graphs: each task as often as planned, in order, never more at once than workers",
     round_of_graphs});

// --- diamonds: as little as possible in the queues, so that owner and thief want the same task ---

constexpr Sized diamond_stages{.full = 2000, .small = {2, 2}};
constexpr Sized diamond_runs{.full = 5, .small = {1, 2}};
constexpr std::size_t diamond_width = 3;

// Where tasks wait for each other, two by two: nobody leaves before the other has come.
class Meeting {
 public:
  void come() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    const int pair = arrived_ + arrived_ % 2;
    changed_.notify_all();
    changed_.wait(lock, [&] { return arrived_ >= pair; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int arrived_ = 0;
};

void round_of_diamonds(const Subject<Scheduler>& subject, Round& round) {
  Outcomes::Counter& runs = round.required("runs", "of a row of diamonds");
  Outcomes::Counter& wrong = round.forbidden("wrong starts", "a task did not run once in each run");
  const auto stages = static_cast<std::size_t>(round.size(diamond_stages));
  const int runs_to_make = round.size(diamond_runs);
  std::vector<std::atomic<int>> runs_of_task(stages * (diamond_width + 1));
  // Two of the last stage meet: as many tasks run at once as there are workers, so whoever is asleep has to be woken.
  Meeting meeting;
  const auto scheduler = subject.make({.workers = round.threads(2)});
  std::vector<std::string> before;
  std::size_t added = 0;
  const auto add = [&](const std::vector<std::string>& dependencies, bool meets = false) {
    std::string name = planned_name(added);
    std::atomic<int>& runs_of_one = runs_of_task[added++];
    const auto count = [&runs_of_one, &meeting, meets](TaskContext&) {
      ++runs_of_one;
      if (meets) meeting.come();
      return Outcome::success;
    };
    scheduler->add({name, count, dependencies});
    return name;
  };
  for (std::size_t stage = 0; stage < stages; ++stage) {
    const std::string first = add(before);
    before.clear();
    for (std::size_t i = 0; i < diamond_width; ++i) {
      before.push_back(add({first}, i < 2 && stage + 1 == stages && subject.guarantees.own_threads));
    }
  }
  for (int run = 1; run <= runs_to_make && !round.illegal(); ++run) {
    scheduler->run();
    round.count_operation();
    ++runs;
    for (const std::atomic<int>& runs_of_one : runs_of_task) {
      if (runs_of_one != run) ++wrong;
    }
  }
}
const bool diamonds_registered = register_attack<Scheduler>(
    {"diamonds", "three tasks at a time: who gives and who takes meet at the last one", round_of_diamonds});

const bool system_registered = register_stress_system<Scheduler>("scheduler");

}  // namespace
}  // namespace contend::scheduler
