// Seeded random graphs, failures, priorities and policies: every implementation brings every task to the end to which
// the reference brings it, with as many attempts.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "impls/base/registry.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "stress/scheduler/adding.hpp"
#include "tests/support/implementations.hpp"

namespace contend::scheduler {
namespace {

class SchedulerDifferentialTest : public testing::TestWithParam<Implementation<Scheduler>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerDifferentialTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

// The answers to a script of calls, and how every task and its attempts ended.
std::string play(const Implementation<Scheduler>& implementation, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  SimulatedClock clock;
  const int workers = 1 + static_cast<int>(random() % 4);
  const auto scheduler = implementation.make({.workers = workers, .clock = &clock, .seed = seed});
  Plan plan = random_plan(random, 1 + random() % 80, true);
  std::string answers;
  add_plan(*scheduler, plan, random, [&](std::size_t i) {
    return [&plan, i](TaskContext& context) {
      if (context.attempt() > plan[i].failures) return Outcome::success;
      if (plan[i].permanently) return Outcome::permanent_failure;
      if (i % 2 == 0) throw static_cast<int>(i);
      return Outcome::failure;
    };
  });
  // Sometimes what no run may start with.
  const std::uint64_t wrong = random() % 6;
  if (wrong == 0) scheduler->add({"x", [](TaskContext&) { return Outcome::success; }, {"y", "t0"}});
  if (wrong <= 1) scheduler->add({"y", [](TaskContext&) { return Outcome::success; }, {"x"}});
  if (wrong == 2) scheduler->add({"z", [](TaskContext&) { return Outcome::success; }, {"t0", "z"}});
  for (int run = 0; run < 2; ++run) {
    answers += describe(scheduler->run()) + "\n";
    answers += fmt::format("{}\n", clock.now());
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const TaskReport task = scheduler->task(planned_name(i)).value();
      answers += fmt::format("{} {} {}\n", i, to_string(task.state), task.attempts);
    }
    const Report report = scheduler->report();
    answers += fmt::format("{} {} {} {} {} {}\n", report.tasks, report.succeeded, report.failed, report.skipped,
                           report.left, report.attempts);
    std::map<std::pair<std::string, std::uint32_t>, bool> failures;
    for (const TaskFailure& failure : report.failures) {
      failures[{failure.task, failure.attempt}] = failure.exception != nullptr;
    }
    for (const auto& [place, thrown] : failures) {
      answers += fmt::format("{} {} {}\n", place.first, place.second, thrown);
    }
  }
  scheduler->shutdown(ShutdownMode::drain);
  answers += describe(scheduler->run()) + " " + std::string(to_string(scheduler->add({"t0", nullptr}))) + "\n";
  return answers;
}

TEST_P(SchedulerDifferentialTest, EndsAsTheReferenceDoes) {
  const std::uint64_t first = test_seed(1);
  const Implementation<Scheduler>& reference = *Registry<Scheduler>::instance().find("reference");
  for (std::uint64_t seed = first; seed < first + 25; ++seed) {
    ASSERT_EQ(play(GetParam(), seed), play(reference, seed)) << "CONTEND_SEED=" << seed;
  }
}

}  // namespace
}  // namespace contend::scheduler
