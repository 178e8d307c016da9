// Attacks on schedulers: whole graphs, and retries and timeouts in simulated time.

#include <fmt/format.h>

#include "impls/base/clock.hpp"
#include "stress/scheduler/plan.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::scheduler {
namespace {

// --- graphs: each task as often as it should, after what it depends on, and no more at once than there are workers ---

// What the tasks of a plan saw during one run.
class GraphWitness {
 public:
  GraphWitness(const Plan& plan, int workers) : plan_(plan), workers_(workers), tasks_(plan.size()) {}

  TaskWork work(std::size_t i) {
    return [this, i](TaskContext& context) {
      Observed& observed = tasks_[i];
      if (++inside_ > workers_) ++too_many_;
      if (observed.active.exchange(true)) ++twice_at_once_;
      const std::uint32_t start = ++observed.starts;
      if (start != context.attempt()) ++wrong_attempt_;
      std::uint64_t sum = 1;
      for (const std::size_t dependency : plan_[i].dependencies) {
        if (tasks_[dependency].successes != 1) ++too_early_;
        sum += tasks_[dependency].value;
      }
      if (context.stop_requested()) ++stopped_;
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

  std::uint64_t too_many() const { return too_many_; }
  std::uint64_t twice_at_once() const { return twice_at_once_; }
  std::uint64_t wrong_attempt() const { return wrong_attempt_; }
  std::uint64_t too_early() const { return too_early_; }
  std::uint64_t stopped() const { return stopped_; }
  std::uint32_t starts(std::size_t i) const { return tasks_[i].starts; }
  bool in_order() const { return too_many_ + twice_at_once_ + wrong_attempt_ + too_early_ + stopped_ == 0; }

 private:
  struct Observed {
    std::atomic<std::uint32_t> starts{0};
    std::atomic<std::uint32_t> successes{0};
    std::atomic<bool> active{false};
    std::uint64_t value = 0;
  };

  const Plan& plan_;
  const int workers_;
  std::vector<Observed> tasks_;
  std::atomic<int> inside_{0};
  std::atomic<std::uint64_t> too_many_{0};
  std::atomic<std::uint64_t> twice_at_once_{0};
  std::atomic<std::uint64_t> wrong_attempt_{0};
  std::atomic<std::uint64_t> too_early_{0};
  std::atomic<std::uint64_t> stopped_{0};
};

struct GraphCounts {
  std::uint64_t tasks = 0;
  std::uint64_t attempts = 0;
  std::uint64_t wrong_ends = 0;
  std::uint64_t wrong_starts = 0;
  std::uint64_t wrong_counts = 0;
  std::string evidence;
};

void check_run(const Scheduler& scheduler, const Plan& plan, const GraphWitness& witness, std::uint64_t seed,
               GraphCounts& counts) {
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
    if ((wrong_end || wrong_starts) && counts.evidence.empty()) {
      counts.evidence =
          fmt::format("seed {}: {} is {} after {} attempts, ran {} times; must be {} after {}", seed, planned_name(i),
                      to_string(end.state), end.attempts, witness.starts(i), to_string(ends[i]), starts);
    }
    counts.wrong_ends += wrong_end ? 1U : 0U;
    counts.wrong_starts += wrong_starts ? 1U : 0U;
  }
  const Report report = scheduler.report();
  if (report.attempts != attempts || report.succeeded != succeeded || report.left != 0 || report.late_results != 0 ||
      report.succeeded + report.failed + report.skipped != plan.size()) {
    ++counts.wrong_counts;
  }
  counts.tasks += plan.size();
  counts.attempts += attempts;
}

AttackReport attack_graphs(const Subject<Scheduler>& subject, const AttackOptions& options) {
  AttackReport report;
  GraphCounts counts;
  std::uint64_t runs = 0;
  std::uint64_t too_many = 0;
  std::uint64_t too_early = 0;
  std::uint64_t twice_at_once = 0;
  std::uint64_t wrong_attempt = 0;
  std::uint64_t stopped = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const int workers = 1 + static_cast<int>(random() % static_cast<unsigned>(std::max(options.threads, 2)));
    const Plan plan = random_plan(random, 1 + random() % 300, true);
    GraphWitness witness(plan, workers);
    SimulatedClock clock;
    const auto scheduler = subject.make({.workers = workers, .clock = &clock, .seed = seed});
    add_plan(*scheduler, plan, random, [&](std::size_t i) { return witness.work(i); });
    for (int run = 0; run < 3; ++run) {
      witness.clear();
      if (scheduler->run().status != RunStatus::completed) ++counts.wrong_counts;
      check_run(*scheduler, plan, witness, seed, counts);
      options.count_operation();
      ++runs;
    }
    too_many += witness.too_many();
    too_early += witness.too_early();
    twice_at_once += witness.twice_at_once();
    wrong_attempt += witness.wrong_attempt();
    stopped += witness.stopped();
    return witness.in_order() && counts.wrong_ends + counts.wrong_starts + counts.wrong_counts == 0;
  });
  report.add("runs", runs, Expectation::required, "of random graphs whose tasks fail as planned");
  report.add("attempts", counts.attempts, Expectation::required, "begun as planned");
  report.add("wrong ends", counts.wrong_ends, Expectation::forbidden, "a task came to another end than the plan's");
  report.add("wrong starts", counts.wrong_starts, Expectation::forbidden, "work ran more or less often than planned");
  report.add("wrong counts", counts.wrong_counts, Expectation::forbidden, "the report does not add up");
  report.add("too early", too_early, Expectation::forbidden, "a task started before what it depends on had ended");
  report.add("twice at once", twice_at_once, Expectation::forbidden, "two workers ran one task at the same time");
  report.add("wrong attempt", wrong_attempt, Expectation::forbidden, "the attempt's number is not that of its starts");
  report.add("too many at once", too_many, Expectation::forbidden, "more ran than there are workers");
  report.add("asked to stop", stopped, Expectation::forbidden, "nobody wanted that");
  if (!counts.evidence.empty()) report.conclude(Verdict::illegal, counts.evidence);
  return report;
}
const bool graphs_registered = register_attack<Scheduler>(
    {"graphs", "random graphs: each task as often as planned, in order, never more at once than workers",
     attack_graphs});

// --- diamonds: as little as possible in the queues, so that owner and thief want the same task ---

AttackReport attack_diamonds(const Subject<Scheduler>& subject, const AttackOptions& options) {
  AttackReport report;
  constexpr int stages = 2000;
  constexpr int width = 3;
  std::vector<std::atomic<int>> runs_of_task(stages * (width + 1));
  const auto scheduler = subject.make({.workers = std::max(options.threads, 2)});
  std::vector<std::string> before;
  std::size_t added = 0;
  const auto add = [&](const std::vector<std::string>& dependencies) {
    std::string name = planned_name(added);
    std::atomic<int>& runs = runs_of_task[added++];
    const auto count = [&runs](TaskContext&) {
      ++runs;
      return Outcome::success;
    };
    scheduler->add({name, count, dependencies});
    return name;
  };
  for (int stage = 0; stage < stages; ++stage) {
    const std::string first = add(before);
    before.clear();
    for (int i = 0; i < width; ++i) before.push_back(add({first}));
  }
  int runs = 0;
  std::uint64_t wrong = 0;
  repeat_rounds(options, [&](std::uint64_t) {
    ++runs;
    scheduler->run();
    options.count_operation();
    for (const std::atomic<int>& runs_of_one : runs_of_task) wrong += runs_of_one == runs ? 0U : 1U;
    return wrong == 0;
  });
  report.add("runs", static_cast<std::uint64_t>(runs), Expectation::required, "of 2,000 diamonds in a row");
  report.add("wrong starts", wrong, Expectation::forbidden, "a task did not run once in each run");
  return report;
}
const bool diamonds_registered = register_attack<Scheduler>(
    {"diamonds", "three tasks at a time: who gives and who takes meet at the last one", attack_diamonds});

// --- time: what waits for a retry holds no worker, and what a timed-out attempt returns is ignored ---

AttackReport attack_time(const Subject<Scheduler>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t rounds = 0;
  std::atomic<std::uint64_t> retries{0};
  std::atomic<std::uint64_t> held{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::uint64_t late_wins = 0;
  std::uint64_t wrong_attempts = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const int workers = 1 + static_cast<int>(random() % static_cast<unsigned>(std::max(options.threads, 2)));
    SimulatedClock clock;
    const auto scheduler = subject.make({.workers = workers, .clock = &clock, .seed = seed});
    // Time passes only when nobody has anything to do, so whatever needs no time is done before the first retry.
    constexpr int others = 20;
    std::atomic<int> others_done{0};
    for (int i = 0; i < 2 * workers; ++i) {
      scheduler->add({fmt::format("again {}", i),
                      [&](TaskContext& context) {
                        if (context.attempt() == 1) return Outcome::failure;
                        ++retries;
                        if (others_done < others) ++held;
                        return Outcome::success;
                      },
                      {},
                      1,
                      {.max_attempts = 2, .base_ns = 1'000'000'000, .factor = 1, .cap_ns = 1'000'000'000}});
    }
    for (int i = 0; i < others; ++i) {
      scheduler->add({fmt::format("other {}", i),
                      [&](TaskContext&) {
                        ++others_done;
                        return Outcome::success;
                      },
                      i % 5 == 0 ? std::vector<std::string>{} : std::vector{fmt::format("other {}", i - 1)}});
    }
    scheduler->run();
    // The first attempt is late with a success, the second says for good that it is none.
    const auto slow = subject.make({.workers = workers, .clock = &clock, .seed = seed});
    constexpr int slow_tasks = 4;
    for (int i = 0; i < slow_tasks; ++i) {
      slow->add({fmt::format("slow {}", i),
                 [&](TaskContext& context) {
                   if (context.attempt() == 2) return Outcome::permanent_failure;
                   clock.advance(1'000);
                   while (!context.stop_requested()) std::this_thread::yield();
                   ++timeouts;
                   return Outcome::success;
                 },
                 {},
                 0,
                 {.max_attempts = 2, .base_ns = 10},
                 1'000});
    }
    slow->run();
    const Report slow_report = slow->report();
    late_wins += slow_report.succeeded;
    // Time moves in another task's first attempt too, so a second one may be over before it begins.
    wrong_attempts += slow_report.attempts == 2 * slow_tasks ? 0U : 1U;
    ++rounds;
    options.count_operation();
    return held == 0 && late_wins == 0 && wrong_attempts == 0;
  });
  report.add("rounds", rounds, Expectation::required, "in simulated time");
  report.add("retries", retries, Expectation::required, "after a wait");
  report.add("workers held", held, Expectation::forbidden, "a retry came before work that needed no time");
  report.add("timeouts", timeouts, Expectation::required, "attempts that went on after their time");
  report.add("late successes", late_wins, Expectation::forbidden,
             "the result of an attempt that had timed out was taken");
  report.add("wrong attempts", wrong_attempts, Expectation::forbidden, "each slow task has two");
  return report;
}
const bool time_registered =
    register_attack<Scheduler>({"time", "retries wait without a worker, late results are ignored", attack_time});

const bool system_registered = register_stress_system<Scheduler>("scheduler");

}  // namespace
}  // namespace contend::scheduler
