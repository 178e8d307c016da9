// Every implementation, with one worker, against a model that shares no code with them: random graphs whose tasks fail,
// time out, are tried again, cancel each other and end the run, while their work makes time pass.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/scheduler/fixture.hpp"
#include "tests/scheduler/model.hpp"

namespace contend::scheduler {
namespace {

// What a task does in each of its attempts.
struct Behaviour {
  DurationNs takes_ns = 0;
  Outcome outcome = Outcome::success;
  bool throws = false;
  std::optional<std::size_t> cancels;
  std::optional<ShutdownMode> shuts_down;
};

struct Scenario {
  std::vector<SchedulerModel::Task> tasks;
  std::vector<std::vector<Behaviour>> behaviours;
  FailurePolicy policy = FailurePolicy::isolate;
  DurationNs run_timeout_ns = forever;
};

Scenario draw(std::mt19937_64& random) {
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  Scenario scenario;
  const std::size_t count = 1 + random() % 14;
  for (std::size_t id = 0; id < count; ++id) {
    SchedulerModel::Task task;
    for (unsigned edge = 0; id > 0 && edge < random() % 3; ++edge) task.dependencies.push_back(random() % id);
    task.priority = static_cast<std::int32_t>(random() % 4);
    task.max_attempts = 1 + static_cast<std::uint32_t>(random() % 4);
    task.base_ns = one_in(2) ? 0 : static_cast<DurationNs>(random() % 30);
    task.factor = 1 + static_cast<DurationNs>(random() % 3);
    task.cap_ns = task.base_ns + static_cast<DurationNs>(random() % 60);
    if (one_in(3)) task.timeout_ns = 1 + static_cast<DurationNs>(random() % 20);
    scenario.tasks.push_back(task);
    std::vector<Behaviour>& attempts = scenario.behaviours.emplace_back(task.max_attempts);
    for (Behaviour& attempt : attempts) {
      attempt.takes_ns = one_in(2) ? 0 : static_cast<DurationNs>(random() % 25);
      attempt.outcome = one_in(3) ? Outcome::failure : one_in(8) ? Outcome::permanent_failure : Outcome::success;
      attempt.throws = attempt.outcome == Outcome::failure && one_in(2);
      if (one_in(12)) attempt.cancels = random() % count;
      if (one_in(60)) attempt.shuts_down = static_cast<ShutdownMode>(random() % 3);
    }
  }
  if (one_in(4)) scenario.policy = FailurePolicy::fail_fast;
  if (one_in(3)) scenario.run_timeout_ns = 1 + static_cast<DurationNs>(random() % 120);
  return scenario;
}

// A run of a scenario, as it happened.
struct Played {
  std::vector<SchedulerModel::Attempt> attempts;
  std::vector<std::optional<CancelStatus>> answers;
};

class SchedulerModelTest : public testing::TestWithParam<Implementation<Scheduler>> {
 protected:
  static void add_all(Scheduler& scheduler, SimulatedClock& clock, const Scenario& scenario, Played& played) {
    for (std::size_t id = 0; id < scenario.tasks.size(); ++id) {
      const SchedulerModel::Task& task = scenario.tasks[id];
      const auto work = [&scheduler, &clock, &scenario, &played, id](TaskContext& context) {
        const Behaviour& does = scenario.behaviours[id][context.attempt() - 1];
        SchedulerModel::Attempt& attempt = played.attempts.emplace_back();
        attempt = {id, context.attempt(), context.now(), does.cancels, does.shuts_down, 0, does.outcome};
        std::optional<CancelStatus>& answer = played.answers.emplace_back();
        if (does.cancels) answer = scheduler.cancel(std::to_string(*does.cancels));
        if (does.shuts_down) scheduler.shutdown(*does.shuts_down);
        clock.advance(does.takes_ns);
        attempt.end_ns = clock.now();
        if (does.throws) throw static_cast<int>(id);
        return does.outcome;
      };
      Names dependencies;
      for (const std::size_t on : task.dependencies) dependencies.push_back(std::to_string(on));
      const RetryPolicy retry{task.max_attempts, task.base_ns, static_cast<double>(task.factor), task.cap_ns};
      ASSERT_EQ(scheduler.add({std::to_string(id), work, dependencies, task.priority, retry, task.timeout_ns}),
                AddStatus::added);
    }
  }

  static void check(const Scheduler& scheduler, const Scenario& scenario, const Played& played, TimeNs begin_ns,
                    RunStatus status) {
    SchedulerModel model(scenario.tasks, scenario.policy, GetParam().guarantees.strict_priority, begin_ns,
                         scenario.run_timeout_ns);
    for (std::size_t i = 0; i < played.attempts.size(); ++i) {
      const SchedulerModel::Attempt& attempt = played.attempts[i];
      CancelStatus cancelled{};
      ASSERT_EQ(model.step(attempt, cancelled), "") << "step " << i << ": attempt " << attempt.number << " of task "
                                                    << attempt.task << " at " << attempt.begin_ns - begin_ns;
      if (attempt.cancels) {
        ASSERT_EQ(played.answers[i], cancelled) << "step " << i;
      }
    }
    ASSERT_EQ(model.end(), "");
    ASSERT_EQ(to_string(status), to_string(model.status()));
    const Report report = scheduler.report();
    ASSERT_EQ(report.attempts, model.attempts());
    ASSERT_EQ(report.late_results, model.late());
    ASSERT_EQ(report.left, 0U);
    std::vector<SchedulerModel::Failure> failures;
    for (const TaskFailure& failure : report.failures) {
      failures.push_back({std::stoul(failure.task), failure.attempt, failure.timed_out});
    }
    ASSERT_EQ(failures.size(), model.failures().size());
    ASSERT_TRUE(failures == model.failures()) << "in the order in which they happened";
    for (std::size_t id = 0; id < scenario.tasks.size(); ++id) {
      const TaskReport task = scheduler.task(std::to_string(id)).value();
      ASSERT_EQ(to_string(task.state), to_string(model.task(id).state)) << "task " << id;
      ASSERT_EQ(task.attempts, model.task(id).attempts) << "task " << id;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerModelTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

TEST_P(SchedulerModelTest, RunsAsTheHeaderSays) {
  const std::uint64_t first = test_seed(1);
  std::set<RunStatus> ends;
  for (std::uint64_t seed = first; seed < first + 400; ++seed) {
    SCOPED_TRACE(fmt::format("CONTEND_SEED={}", seed));
    std::mt19937_64 random(seed);
    const Scenario scenario = draw(random);
    SimulatedClock clock;
    Played played;
    const auto scheduler = GetParam().make({.workers = 1,
                                            .clock = &clock,
                                            .seed = seed,
                                            .on_failure = scenario.policy,
                                            .run_timeout_ns = scenario.run_timeout_ns});
    add_all(*scheduler, clock, scenario, played);
    for (int run = 0; run < 2; ++run) {
      played = {};
      const TimeNs begin_ns = clock.now();
      const RunStatus status = scheduler->run().status;
      if (status == RunStatus::shut_down) break;
      ends.insert(status);
      check(*scheduler, scenario, played, begin_ns, status);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(ends, (std::set{RunStatus::completed, RunStatus::stopped, RunStatus::failed_fast, RunStatus::timed_out}))
      << "the scenarios are worth their name";
}

}  // namespace
}  // namespace contend::scheduler
