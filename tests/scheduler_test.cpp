// The rules of the scheduler, one by one, over every implementation: the graph, and the order of what runs.

#include "impls/scheduler/scheduler.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <limits>
#include <random>
#include <stdexcept>
#include <thread>

#include "stress/driver/preemption.hpp"
#include "tests/scheduler/fixture.hpp"

namespace contend::scheduler {
namespace {

using namespace std::string_literals;

using SchedulerTest = SchedulerFixture;
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

// --- the graph ---

TEST_P(SchedulerTest, RunsWhatItDependsOnFirst) {
  const auto scheduler = make();
  EXPECT_EQ(add(*scheduler, "link", {"compile a", "compile b"}), AddStatus::added) << "dependencies may come later";
  EXPECT_EQ(add(*scheduler, "compile a", {"generate"}), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "compile b", {"generate"}), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "generate"), AddStatus::added);
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.names().size(), 4U);
  EXPECT_EQ(record_.place("generate"), 0U);
  EXPECT_EQ(record_.place("link"), 3U);
  const Report report = scheduler->report();
  EXPECT_EQ(report.succeeded, 4U);
  EXPECT_EQ(report.attempts, 4U);
  EXPECT_EQ(report.left, 0U);
  EXPECT_EQ(state(*scheduler, "link"), TaskState::succeeded);
  EXPECT_EQ(scheduler->task("link")->attempts, 1U);
  EXPECT_FALSE(scheduler->task("unlink").has_value());
}

TEST_P(SchedulerTest, AnEmptyGraphIsCompletedAtOnce) {
  const auto scheduler = make();
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(scheduler->report().tasks, 0U);
}

TEST_P(SchedulerTest, ARunMayBeRepeatedAndTheGraphMayGrowBetween) {
  const auto scheduler = make();
  add(*scheduler, "a");
  add(*scheduler, "b", {"a"});
  for (int run = 0; run < 3; ++run) EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.count("a"), 3U);
  EXPECT_EQ(add(*scheduler, "c", {"b"}), AddStatus::added);
  EXPECT_EQ(state(*scheduler, "c"), TaskState::pending);
  EXPECT_EQ(scheduler->report().left, 1U) << "added since the last run";
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.count("a"), 4U);
  EXPECT_EQ(record_.count("c"), 1U);
  EXPECT_EQ(scheduler->report().attempts, 3U) << "of the last run";
  std::uint64_t of_workers = 0;
  for (const std::uint64_t attempts : scheduler->report().attempts_of_workers) of_workers += attempts;
  EXPECT_EQ(of_workers, 9U) << "since construction";
}

TEST_P(SchedulerTest, ADependencyThatIsNamedTwiceCountsOnce) {
  const auto scheduler = make();
  add(*scheduler, "a");
  add(*scheduler, "b");
  add(*scheduler, "c", {"a", "b", "a", "a"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.place("c"), 2U) << "not before b";
  EXPECT_EQ(record_.count("c"), 1U);
}

TEST_P(SchedulerTest, NamesAreBytes) {
  const auto scheduler = make();
  EXPECT_EQ(add(*scheduler, ""s), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "\0"s, {""s}), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "\0\xff"s, {"\0"s}), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "\0"s), AddStatus::duplicate_task);
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.names(), (Names{""s, "\0"s, "\0\xff"s}));
}

TEST_P(SchedulerTest, BadTasksAreRefusedInAFixedOrder) {
  const auto scheduler = GetParam().make({.clock = &clock_, .max_tasks = 2, .max_dependencies = 1});
  const std::string long_name(max_task_name_bytes + 1, 'n');
  TaskSpec bad{long_name, nullptr, {}, 0, {.max_attempts = 0}, 0};
  EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_name);
  bad.name = "a";
  bad.dependencies = {long_name};
  EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_name);
  bad.dependencies = {};
  EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_work);
  bad.work = nothing();
  EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_retry);
  for (const RetryPolicy& retry :
       {RetryPolicy{.max_attempts = 1, .base_ns = -1}, RetryPolicy{.factor = 0.5},
        RetryPolicy{.factor = std::numeric_limits<double>::quiet_NaN()},
        RetryPolicy{.factor = std::numeric_limits<double>::infinity()}, RetryPolicy{.base_ns = 2, .cap_ns = 1}}) {
    bad.retry = retry;
    EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_retry);
  }
  bad.retry = {};
  EXPECT_EQ(scheduler->add(bad), AddStatus::invalid_timeout);
  EXPECT_EQ(scheduler->report().tasks, 0U);
  EXPECT_EQ(add(*scheduler, "a"), AddStatus::added);
  EXPECT_EQ(add(*scheduler, "a", {"x", "y"}), AddStatus::duplicate_task);
  EXPECT_EQ(add(*scheduler, "b", {"a", "x", "a"}), AddStatus::too_many_dependencies);
  EXPECT_EQ(add(*scheduler, "b", {"a", "a"}), AddStatus::added) << "a name that is given twice counts once";
  EXPECT_EQ(add(*scheduler, "c", {"a"}), AddStatus::too_many_tasks);
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
}

TEST_P(SchedulerTest, BadOptionsAreRefusedByNameOfTheField) {
  const auto expect_refused = [&](const Scheduler::Options& options, const std::string& what) {
    try {
      GetParam().make(options);
      ADD_FAILURE() << "took " << what;
    } catch (const std::invalid_argument& refused) {
      EXPECT_NE(std::string(refused.what()).find(what), std::string::npos) << refused.what();
    }
  };
  expect_refused({.workers = 0}, "workers is 0, allowed are 1 to 256");
  expect_refused({.workers = 257}, "workers is 257");
  expect_refused({.on_failure = static_cast<FailurePolicy>(9)}, "on_failure is 9");
  expect_refused({.run_timeout_ns = 0}, "run_timeout_ns is 0");
  expect_refused({.max_tasks = 0}, "max_tasks is 0");
  expect_refused({.max_dependencies = std::size_t{1} << 40}, "max_dependencies is 1099511627776");
  expect_refused({.max_failures = std::size_t{1} << 40}, "max_failures is 1099511627776");
}

TEST_P(SchedulerTest, AnUnknownDependencyIsNamedBeforeAnythingRuns) {
  const auto scheduler = make();
  add(*scheduler, "a");
  add(*scheduler, "b", {"a", "nowhere"});
  add(*scheduler, "c", {"c"});
  const RunResult refused = scheduler->run();
  EXPECT_EQ(refused.status, RunStatus::unknown_dependency) << "comes before the cycle";
  EXPECT_EQ(refused.path, (Names{"b", "nowhere"}));
  EXPECT_EQ(describe(refused), "unknown_dependency: b -> nowhere");
  EXPECT_TRUE(record_.names().empty());
  EXPECT_EQ(scheduler->report().left, 3U);
}

TEST_P(SchedulerTest, ACycleIsNamedByItsShortestPathBeforeAnythingRuns) {
  const auto scheduler = make();
  add(*scheduler, "free");
  add(*scheduler, "long 1", {"long 2", "free"});
  add(*scheduler, "long 2", {"long 3"});
  add(*scheduler, "long 3", {"long 1", "y"});
  add(*scheduler, "y", {"x", "free"});
  add(*scheduler, "x", {"y"});
  add(*scheduler, "p", {"q"});
  add(*scheduler, "q", {"p"});
  RunResult refused = scheduler->run();
  EXPECT_EQ(refused.status, RunStatus::cycle);
  EXPECT_EQ(describe(refused), "cycle: y -> x -> y") << "as short as p -> q -> p, and added earlier";
  EXPECT_EQ(scheduler->cyclic_groups(), (std::vector<Names>{{"long 1", "long 2", "long 3"}, {"y", "x"}, {"p", "q"}}));
  add(*scheduler, "self", {"self"});
  refused = scheduler->run();
  EXPECT_EQ(describe(refused), "cycle: self -> self");
  EXPECT_EQ(scheduler->cyclic_groups().back(), Names{"self"});
  EXPECT_TRUE(record_.names().empty());
}

// --- order ---

TEST_P(SchedulerTest, PrioritiesGoFirstAndThenTheOrderOfAdding) {
  if (!GetParam().guarantees.strict_priority) GTEST_SKIP() << GetParam().name << " does not promise it";
  const auto scheduler = make(1);
  std::mt19937_64 random(test_seed(1));
  std::vector<std::pair<int, int>> expected;
  scheduler->add({"first", nothing()});
  for (int i = 0; i < 100; ++i) {
    const std::string name = std::to_string(i);
    const int priority = static_cast<int>(random() % 7) - 3;
    scheduler->add({name, record_.work(name), {"first"}, priority});
    expected.emplace_back(-priority, i);
  }
  scheduler->add({"lowest", record_.work("lowest"), {"first"}, std::numeric_limits<std::int32_t>::min()});
  scheduler->add({"highest", record_.work("highest"), {"first"}, std::numeric_limits<std::int32_t>::max()});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  std::ranges::sort(expected);
  Names order{"highest"};
  for (const auto& [priority, i] : expected) order.push_back(std::to_string(i));
  order.push_back("lowest");
  EXPECT_EQ(record_.names(), order);
}

TEST_P(SchedulerTest, OneWorkerRunsInTheSameOrderEachTime) {
  ASSERT_TRUE(GetParam().guarantees.deterministic_with_one_worker);
  Names before;
  for (int repeat = 0; repeat < 3; ++repeat) {
    SimulatedClock clock;
    Record record;
    const auto scheduler = GetParam().make({.workers = 1, .clock = &clock, .seed = 7});
    std::mt19937_64 random(test_seed(2));
    for (int i = 0; i < 200; ++i) {
      Names dependencies;
      for (int edge = 0; i > 0 && edge < 3; ++edge) {
        dependencies.push_back(std::to_string(random() % static_cast<unsigned>(i)));
      }
      const std::string name = std::to_string(i);
      const bool fails_once = i % 10 == 0;
      scheduler->add({name,
                      [&record, name, fails_once](TaskContext& context) {
                        record.note(name);
                        return fails_once && context.attempt() == 1 ? Outcome::failure : Outcome::success;
                      },
                      dependencies,
                      static_cast<int>(random() % 5),
                      {.max_attempts = 2}});
    }
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    EXPECT_EQ(scheduler->report().succeeded, 200U);
    if (repeat > 0) {
      EXPECT_EQ(record.names(), before);
    }
    before = record.names();
  }
}

// A retry comes due while another task makes time pass: it must be among the ready before the worker takes the next.
TEST_P(SchedulerTest, OneWorkerRunsInTheSameOrderAlsoWhereTasksTakeTime) {
  ASSERT_TRUE(GetParam().guarantees.deterministic_with_one_worker);
  Names before;
  for (int repeat = 0; repeat < 300; ++repeat) {
    SimulatedClock clock;
    Record record;
    const auto scheduler = GetParam().make({.workers = 1, .clock = &clock, .seed = 7});
    for (const std::string name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}) {
      scheduler->add({name,
                      [&record, &clock, name](TaskContext& context) {
                        record.note(name);
                        if (name != "a") clock.advance(10);
                        return name == "a" && context.attempt() == 1 ? Outcome::failure : Outcome::success;
                      },
                      {},
                      0,
                      {.max_attempts = 2, .base_ns = 20, .factor = 1, .cap_ns = 20}});
    }
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    if (repeat > 0) {
      ASSERT_EQ(record.names(), before) << "run " << repeat;
    }
    before = record.names();
  }
}

TEST_P(SchedulerTest, AsManyRunAtOnceAsThereAreWorkersAndNoMore) {
  for (const int workers : {1, 3}) {
    const auto scheduler = make(workers);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    std::atomic<bool> wrong_worker{false};
    for (int i = 0; i < 200; ++i) {
      scheduler->add({std::to_string(i), [&](TaskContext& context) {
                        const int now = ++inside;
                        int seen = most;
                        while (seen < now && !most.compare_exchange_weak(seen, now)) {
                        }
                        if (context.worker() >= static_cast<std::uint32_t>(workers)) wrong_worker = true;
                        std::this_thread::yield();
                        --inside;
                        return Outcome::success;
                      }});
    }
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    EXPECT_LE(most, workers);
    EXPECT_FALSE(wrong_worker);
    EXPECT_EQ(scheduler->report().attempts_of_workers.size(), static_cast<std::size_t>(workers));
  }
}

TEST_P(SchedulerTest, IndependentTasksRunAtTheSameTime) {
  const auto scheduler = make(3);
  std::latch all_inside(3);
  for (int i = 0; i < 3; ++i) {
    scheduler->add({std::to_string(i), [&](TaskContext&) {
                      all_inside.arrive_and_wait();
                      return Outcome::success;
                    }});
  }
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  const auto attempts = scheduler->report().attempts_of_workers;
  EXPECT_EQ(attempts, (std::vector<std::uint64_t>{1, 1, 1}));
}

// More than any queue of a worker holds, from the start and released by one task.
TEST_P(SchedulerTest, AllRunOfThousandsThatAreReadyAtOnce) {
  constexpr int tasks = 5'000;
  for (const int workers : {1, 3}) {
    const auto scheduler = GetParam().make({.workers = workers});
    std::atomic<int> run{0};
    const TaskWork count = [&](TaskContext&) {
      ++run;
      return Outcome::success;
    };
    ASSERT_EQ(scheduler->add({"root", nothing()}), AddStatus::added);
    for (int i = 0; i < tasks; ++i) {
      ASSERT_EQ(scheduler->add({"free " + std::to_string(i), count}), AddStatus::added);
      ASSERT_EQ(scheduler->add({"held " + std::to_string(i), count, {"root"}}), AddStatus::added);
    }
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    EXPECT_EQ(run, 2 * tasks);
  }
}

// What a worker takes out of one place and lays into another is told to those who looked meanwhile and sleep now.
TEST_P(SchedulerTest, NoWorkerSleepsBesideAReadyTask) {
  constexpr int workers = 4;
  const auto scheduler = make(workers);
  std::atomic<int> inside{0};
  std::atomic<int> alone{0};
  for (int i = 0; i < workers; ++i) {
    scheduler->add({std::to_string(i), [&](TaskContext&) {
                      ++inside;
                      for (int looks = 0; inside < workers; ++looks) {
                        if (looks > 1'000'000) {
                          ++alone;
                          return Outcome::failure;
                        }
                        std::this_thread::yield();
                      }
                      return Outcome::success;
                    }});
  }
  const RandomPreemption preemption(test_seed(5));
  for (int run = 0; run < 200 && alone == 0; ++run) {
    inside = 0;
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  }
  EXPECT_EQ(alone, 0) << "of tasks waited for others that were ready";
}

TEST_P(SchedulerTest, ATaskSeesWhatItsDependenciesWroteAndTheCallerSeesAll) {
  const auto scheduler = make(3);
  constexpr int rows = 30;
  constexpr int columns = 10;
  std::vector<std::vector<std::uint64_t>> cells(rows, std::vector<std::uint64_t>(columns, 1));
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      Names dependencies;
      for (int above = std::max(0, column - 1); row > 0 && above <= std::min(columns - 1, column + 1); ++above) {
        dependencies.push_back(fmt::format("{}/{}", row - 1, above));
      }
      scheduler->add({fmt::format("{}/{}", row, column),
                      [&cells, row, column](TaskContext&) {
                        if (row == 0) return Outcome::success;
                        std::uint64_t& cell = cells[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
                        const auto& above = cells[static_cast<std::size_t>(row) - 1];
                        cell = 0;
                        for (int from = std::max(0, column - 1); from <= std::min(columns - 1, column + 1); ++from) {
                          cell += above[static_cast<std::size_t>(from)];
                        }
                        return Outcome::success;
                      },
                      dependencies});
    }
  }
  auto expected = std::vector<std::uint64_t>(columns, 1);
  for (int row = 1; row < rows; ++row) {
    auto next = expected;
    for (std::size_t column = 0; column < columns; ++column) {
      next[column] = expected[column] + (column > 0 ? expected[column - 1] : 0) +
                     (column + 1 < columns ? expected[column + 1] : 0);
    }
    expected = next;
  }
  for (int run = 0; run < 5; ++run) {
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    EXPECT_EQ(cells.back(), expected);
  }
}

}  // namespace
}  // namespace contend::scheduler
