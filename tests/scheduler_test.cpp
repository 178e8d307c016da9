// The rules of the scheduler, one by one, over every implementation.

#include "impls/scheduler/scheduler.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>

#include "impls/support/mutex.hpp"
#include "impls/support/registry.hpp"
#include "tests/support/implementations.hpp"

namespace contend {
namespace {

using namespace std::string_literals;
using Names = std::vector<std::string>;

constexpr DurationNs ms = 1'000'000;

// What ran, in the order in which it began.
class Record {
 public:
  TaskWork work(std::string name, Outcome outcome = Outcome::success) {
    return [this, name = std::move(name), outcome](TaskContext&) {
      note(name);
      return outcome;
    };
  }
  void note(const std::string& name) {
    const MutexLock lock(mutex_);
    names_.push_back(name);
  }
  Names names() {
    const MutexLock lock(mutex_);
    return names_;
  }
  std::size_t count(const std::string& name) {
    const Names all = names();
    return static_cast<std::size_t>(std::ranges::count(all, name));
  }
  std::size_t place(const std::string& name) {
    const Names all = names();
    return static_cast<std::size_t>(std::ranges::find(all, name) - all.begin());
  }

 private:
  Mutex mutex_;
  Names names_;
};

TaskWork nothing() {
  return [](TaskContext&) { return Outcome::success; };
}

// Waits for what another thread does, giving the core away.
template <class Condition>
void await(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

class SchedulerTest : public testing::TestWithParam<Implementation<Scheduler>> {
 protected:
  std::unique_ptr<Scheduler> make(int workers = 2, FailurePolicy on_failure = FailurePolicy::isolate) {
    return GetParam().make({.workers = workers, .clock = &clock_, .on_failure = on_failure});
  }
  AddStatus add(Scheduler& scheduler, std::string name, Names dependencies = {}, Outcome outcome = Outcome::success) {
    TaskWork work = record_.work(name, outcome);
    return scheduler.add({std::move(name), std::move(work), std::move(dependencies)});
  }
  static TaskState state(const Scheduler& scheduler, std::string_view name) {
    return scheduler.task(name).value().state;
  }
  static void expect_counts_add_up(const SchedulerReport& report) {
    EXPECT_EQ(report.tasks, report.left + report.succeeded + report.failed + report.timed_out + report.skipped +
                                report.cancelled + report.never_started);
  }

  SimulatedClock clock_;
  Record record_;
};
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
  const SchedulerReport report = scheduler->report();
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
  EXPECT_EQ(add(*scheduler, "b", {"a", "a"}), AddStatus::too_many_dependencies);
  EXPECT_EQ(add(*scheduler, "b", {"a"}), AddStatus::added);
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
  expect_refused({.run_timeout_ns = 0}, "run_timeout_ns is 0");
  expect_refused({.max_tasks = 0}, "max_tasks is 0");
  expect_refused({.max_dependencies = std::size_t{1} << 40}, "max_dependencies is 1099511627776");
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

// --- failure ---

TEST_P(SchedulerTest, AFailureSkipsWhatDependsOnItAndTheRestGoesOn) {
  const auto scheduler = make();
  add(*scheduler, "bad", {}, Outcome::failure);
  add(*scheduler, "good");
  add(*scheduler, "near", {"bad", "good"});
  add(*scheduler, "far", {"near"});
  add(*scheduler, "free", {"good"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "bad"), TaskState::failed);
  EXPECT_EQ(state(*scheduler, "near"), TaskState::skipped);
  EXPECT_EQ(state(*scheduler, "far"), TaskState::skipped);
  EXPECT_EQ(state(*scheduler, "free"), TaskState::succeeded);
  const SchedulerReport report = scheduler->report();
  EXPECT_EQ(report.succeeded, 2U);
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.skipped, 2U);
  EXPECT_EQ(report.attempts, 3U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].task, "bad");
  EXPECT_EQ(report.failures[0].exception, nullptr);
  expect_counts_add_up(report);
}

TEST_P(SchedulerTest, EveryExceptionIsKeptWithTaskAndAttempt) {
  const auto scheduler = make();
  scheduler->add(
      {"std",
       [](TaskContext& context) -> Outcome { throw std::runtime_error(fmt::format("attempt {}", context.attempt())); },
       {},
       0,
       {.max_attempts = 3}});
  scheduler->add({"int", [](TaskContext&) -> Outcome { throw 42; }});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "std"), TaskState::failed);
  EXPECT_EQ(state(*scheduler, "int"), TaskState::failed);
  std::map<std::pair<std::string, std::uint32_t>, std::string> thrown;
  for (const TaskFailure& failure : scheduler->report().failures) {
    try {
      std::rethrow_exception(failure.exception);
    } catch (const std::runtime_error& error) {
      thrown[{failure.task, failure.attempt}] = error.what();
    } catch (int number) {
      thrown[{failure.task, failure.attempt}] = std::to_string(number);
    }
  }
  EXPECT_EQ(thrown,
            (decltype(thrown){
                {{"std", 1}, "attempt 1"}, {{"std", 2}, "attempt 2"}, {{"std", 3}, "attempt 3"}, {{"int", 1}, "42"}}));
}

TEST_P(SchedulerTest, FailFastStartsNothingMoreAndAsksWhatRunsToStop) {
  const auto scheduler = make(2, FailurePolicy::fail_fast);
  std::atomic<bool> other_runs{false};
  std::atomic<bool> asked{false};
  scheduler->add({"other", [&](TaskContext& context) {
                    other_runs = true;
                    await([&] { return context.stop_requested(); });
                    asked = true;
                    return Outcome::success;
                  }});
  scheduler->add({"bad", [&](TaskContext&) {
                    await([&] { return other_runs.load(); });
                    return Outcome::failure;
                  }});
  add(*scheduler, "after other", {"other"});
  add(*scheduler, "after bad", {"bad"});
  EXPECT_EQ(scheduler->run().status, RunStatus::failed_fast);
  EXPECT_TRUE(asked);
  EXPECT_EQ(state(*scheduler, "other"), TaskState::succeeded) << "what it returns counts";
  EXPECT_EQ(state(*scheduler, "bad"), TaskState::failed);
  EXPECT_EQ(state(*scheduler, "after bad"), TaskState::skipped);
  EXPECT_EQ(state(*scheduler, "after other"), TaskState::never_started);
  EXPECT_TRUE(record_.names().empty());
  expect_counts_add_up(scheduler->report());
}

// --- retry ---

TEST_P(SchedulerTest, AttemptsCountFromTheFirstAndEndWithSuccess) {
  const auto scheduler = make();
  const auto fails_until = [](std::uint32_t good) {
    return [good](TaskContext& context) { return context.attempt() < good ? Outcome::failure : Outcome::success; };
  };
  scheduler->add({"third time", fails_until(3), {}, 0, {.max_attempts = 3}});
  scheduler->add({"fourth time", fails_until(4), {}, 0, {.max_attempts = 3}});
  add(*scheduler, "after third", {"third time"});
  add(*scheduler, "after fourth", {"fourth time"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(scheduler->task("third time")->attempts, 3U);
  EXPECT_EQ(state(*scheduler, "third time"), TaskState::succeeded);
  EXPECT_EQ(scheduler->task("fourth time")->attempts, 3U);
  EXPECT_EQ(state(*scheduler, "fourth time"), TaskState::failed);
  EXPECT_EQ(record_.names(), Names{"after third"});
  EXPECT_EQ(scheduler->report().attempts, 7U);
  EXPECT_EQ(scheduler->report().failures.size(), 5U) << "two before a success, three before a failure";
}

TEST_P(SchedulerTest, SomeFailuresAreNotTriedAgain) {
  const auto scheduler = make();
  const auto only_runtime_errors = [](const std::exception_ptr& exception) {
    try {
      std::rethrow_exception(exception);
    } catch (const std::runtime_error&) {
      return true;
    }
  };
  const RetryPolicy retry{.max_attempts = 5, .retryable = only_runtime_errors};
  scheduler->add({"permanent", [](TaskContext&) { return Outcome::permanent_failure; }, {}, 0, retry});
  scheduler->add({"logic", [](TaskContext&) -> Outcome { throw std::logic_error("l"); }, {}, 0, retry});
  scheduler->add({"runtime", [](TaskContext&) -> Outcome { throw std::runtime_error("r"); }, {}, 0, retry});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(scheduler->task("permanent")->attempts, 1U);
  EXPECT_EQ(scheduler->task("logic")->attempts, 1U) << "the predicate threw: no";
  EXPECT_EQ(scheduler->task("runtime")->attempts, 5U);
}

TEST_P(SchedulerTest, RetriesWaitLongerAndLongerUpToTheCapWithFullJitter) {
  const auto scheduler = make(1);
  constexpr std::uint32_t attempts = 8;
  constexpr int tasks = 200;
  std::vector<std::vector<TimeNs>> times(tasks);
  for (std::size_t i = 0; i < tasks; ++i) {
    scheduler->add({std::to_string(i),
                    [&times, i](TaskContext& context) {
                      times[i].push_back(context.now());
                      return Outcome::failure;
                    },
                    {},
                    0,
                    {.max_attempts = attempts, .base_ns = 10 * ms, .factor = 2, .cap_ns = 100 * ms}});
  }
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  for (std::uint32_t k = 1; k < attempts; ++k) {
    const DurationNs longest = std::min(10 * ms << (k - 1), 100 * ms);
    double sum = 0;
    std::size_t short_waits = 0;
    for (const auto& of_task : times) {
      ASSERT_EQ(of_task.size(), attempts);
      const DurationNs waited = of_task[k] - of_task[k - 1];
      EXPECT_GE(waited, 0);
      EXPECT_LE(waited, longest);
      sum += static_cast<double>(waited);
      short_waits += waited < longest / 10 ? 1U : 0U;
    }
    // Uniform over [0, longest]: the mean of 200 lies within five standard errors of the middle.
    EXPECT_NEAR(sum / tasks / static_cast<double>(longest), 0.5, 0.11) << "attempt " << k + 1;
    EXPECT_GT(short_waits, 3U) << "full jitter reaches down to 0";
  }
}

TEST_P(SchedulerTest, WhatWaitsForARetryHoldsNoWorker) {
  const auto scheduler = make(1);
  std::atomic<bool> failed{false};
  Record& record = record_;
  scheduler->add({"again",
                  [&](TaskContext& context) {
                    record.note(fmt::format("again {}", context.attempt()));
                    failed = true;
                    return context.attempt() == 1 ? Outcome::failure : Outcome::success;
                  },
                  {},
                  0,
                  {.max_attempts = 2, .base_ns = 1'000'000 * ms, .factor = 1, .cap_ns = 1'000'000 * ms}});
  add(*scheduler, "gate");
  for (int i = 0; i < 20; ++i) add(*scheduler, fmt::format("other {}", i), {"gate"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.place("again 2"), 22U) << "the only worker did all the others meanwhile";
  EXPECT_GT(clock_.now(), 0) << "and then time passed";
}

// --- timeouts ---

TEST_P(SchedulerTest, ALateResultOfATimedOutAttemptIsIgnored) {
  const auto scheduler = make();
  std::atomic<bool> late_returned{false};
  scheduler->add({"slow",
                  [&](TaskContext& context) {
                    if (context.attempt() > 1) {
                      // Its result comes while this attempt runs.
                      await([&] { return late_returned.load(); });
                      EXPECT_FALSE(context.stop_requested());
                      return Outcome::permanent_failure;
                    }
                    clock_.advance(10 * ms);
                    await([&] { return context.stop_requested(); });
                    late_returned = true;
                    return Outcome::success;
                  },
                  {},
                  0,
                  {.max_attempts = 2, .base_ns = 0},
                  10 * ms});
  add(*scheduler, "after", {"slow"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "slow"), TaskState::failed) << "by the second attempt, not the late first";
  EXPECT_EQ(state(*scheduler, "after"), TaskState::skipped);
  const SchedulerReport report = scheduler->report();
  EXPECT_EQ(report.late_results, 1U);
  EXPECT_EQ(report.attempts, 2U);
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_TRUE(report.failures[0].timed_out);
  EXPECT_FALSE(report.failures[1].timed_out);
}

TEST_P(SchedulerTest, ATaskWhoseLastAttemptTimesOutIsTimedOut) {
  const auto scheduler = make(1);
  scheduler->add({"slow",
                  [&](TaskContext& context) {
                    clock_.advance(10 * ms - 1);
                    EXPECT_FALSE(context.stop_requested());
                    clock_.advance(1);
                    await([&] { return context.stop_requested(); });
                    return Outcome::success;
                  },
                  {},
                  0,
                  {.max_attempts = 3},
                  10 * ms});
  scheduler->add({"quick",
                  [&](TaskContext&) {
                    clock_.advance(10 * ms);
                    return Outcome::success;
                  },
                  {},
                  0,
                  {},
                  11 * ms});
  add(*scheduler, "after", {"slow"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "slow"), TaskState::timed_out);
  EXPECT_EQ(state(*scheduler, "quick"), TaskState::succeeded);
  EXPECT_EQ(state(*scheduler, "after"), TaskState::skipped);
  EXPECT_EQ(scheduler->task("slow")->attempts, 3U);
  const SchedulerReport report = scheduler->report();
  EXPECT_EQ(report.timed_out, 1U);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_EQ(report.late_results, 3U);
  expect_counts_add_up(report);
}

TEST_P(SchedulerTest, ATimeoutWithoutRetriesAlsoEndsARunFast) {
  const auto scheduler = make(1, FailurePolicy::fail_fast);
  scheduler->add({"slow",
                  [&](TaskContext& context) {
                    clock_.advance(ms);
                    await([&] { return context.stop_requested(); });
                    return Outcome::success;
                  },
                  {},
                  0,
                  {},
                  ms});
  EXPECT_EQ(scheduler->run().status, RunStatus::failed_fast);
  EXPECT_EQ(state(*scheduler, "slow"), TaskState::timed_out);
}

TEST_P(SchedulerTest, ARunHasATimeoutOfItsOwn) {
  const auto scheduler = GetParam().make({.workers = 1, .clock = &clock_, .run_timeout_ns = 50 * ms});
  std::atomic<bool> asked{false};
  scheduler->add({"endless",
                  [&](TaskContext& context) {
                    clock_.advance(50 * ms);
                    await([&] { return context.stop_requested(); });
                    asked = true;
                    return Outcome::success;
                  },
                  {"again"}});
  scheduler->add({"again",
                  [](TaskContext& context) { return context.attempt() == 1 ? Outcome::failure : Outcome::success; },
                  {},
                  0,
                  {.max_attempts = 2, .base_ns = 0}});
  add(*scheduler, "after", {"endless"});
  EXPECT_EQ(scheduler->run().status, RunStatus::timed_out);
  EXPECT_TRUE(asked);
  EXPECT_EQ(state(*scheduler, "endless"), TaskState::succeeded);
  EXPECT_EQ(state(*scheduler, "after"), TaskState::never_started);
  EXPECT_EQ(scheduler->run().status, RunStatus::timed_out) << "each run has its own";
}

TEST_P(SchedulerTest, WhatWaitsForARetryFailsWhenTheRunTimesOut) {
  const auto scheduler = GetParam().make({.workers = 1, .clock = &clock_, .run_timeout_ns = 1});
  scheduler->add({"again",
                  [](TaskContext&) { return Outcome::failure; },
                  {},
                  0,
                  {.max_attempts = 2, .base_ns = 1'000'000 * ms, .factor = 1, .cap_ns = 1'000'000 * ms}});
  add(*scheduler, "after", {"again"});
  EXPECT_EQ(scheduler->run().status, RunStatus::timed_out);
  EXPECT_EQ(clock_.now(), 1);
  EXPECT_EQ(state(*scheduler, "again"), TaskState::failed);
  EXPECT_EQ(state(*scheduler, "after"), TaskState::never_started);
}

// --- cancelling ---

TEST_P(SchedulerTest, CancelTakesATaskAndAllThatDependOnItOutOfTheRun) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  scheduler->add({"first",
                  [&](TaskContext&) {
                    EXPECT_EQ(self.cancel("a"), CancelStatus::cancelled);
                    EXPECT_EQ(self.cancel("a"), CancelStatus::already_final);
                    EXPECT_EQ(self.cancel("a near"), CancelStatus::already_final);
                    EXPECT_EQ(self.cancel("nobody"), CancelStatus::unknown_task);
                    EXPECT_EQ(self.report().cancelled, 3U);
                    EXPECT_EQ(self.report().left, 2U) << "while running";
                    return Outcome::success;
                  },
                  {},
                  1});
  add(*scheduler, "a", {"first"});
  add(*scheduler, "a near", {"a", "b"});
  add(*scheduler, "a far", {"a near"});
  add(*scheduler, "b", {"first"});
  EXPECT_EQ(scheduler->cancel("a"), CancelStatus::not_running);
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  for (const auto& name : {"a", "a near", "a far"}) EXPECT_EQ(state(*scheduler, name), TaskState::cancelled);
  EXPECT_EQ(record_.names(), Names{"b"});
  EXPECT_EQ(scheduler->report().cancelled, 3U);
  EXPECT_EQ(scheduler->cancel("b"), CancelStatus::not_running);
  expect_counts_add_up(scheduler->report());
}

TEST_P(SchedulerTest, ATaskThatIsReadyCanStillBeCancelled) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  for (int i = 0; i < 50; ++i) {
    const std::string other = std::to_string(49 - i);
    scheduler->add({std::to_string(i), [&, i, other](TaskContext&) {
                      record_.note(std::to_string(i));
                      if (record_.names().size() == 1) {
                        EXPECT_EQ(self.cancel(other), CancelStatus::cancelled);
                        EXPECT_EQ(self.task(other)->state, TaskState::cancelled);
                      }
                      return Outcome::success;
                    }});
  }
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.names().size(), 49U);
  EXPECT_EQ(scheduler->report().cancelled, 1U);
}

TEST_P(SchedulerTest, ARunningTaskThatIsCancelledSeesItAndIsNotTriedAgain) {
  const auto scheduler = make();
  std::atomic<bool> runs{false};
  scheduler->add({"endless",
                  [&](TaskContext& context) -> Outcome {
                    runs = true;
                    await([&] { return context.stop_requested(); });
                    throw std::runtime_error("cancelled");
                  },
                  {},
                  0,
                  {.max_attempts = 100, .base_ns = 0}});
  add(*scheduler, "after", {"endless"});
  std::thread canceller([&] {
    await([&] { return runs.load(); });
    EXPECT_EQ(scheduler->cancel("endless"), CancelStatus::cancelled);
  });
  EXPECT_EQ(scheduler->run().status, RunStatus::completed) << "waits for the work to return";
  canceller.join();
  EXPECT_EQ(state(*scheduler, "endless"), TaskState::cancelled);
  EXPECT_EQ(scheduler->task("endless")->attempts, 1U);
  EXPECT_EQ(state(*scheduler, "after"), TaskState::cancelled);
  EXPECT_EQ(scheduler->report().late_results, 1U);
  EXPECT_TRUE(scheduler->report().failures.empty()) << "what it threw is ignored too";
}

TEST_P(SchedulerTest, ATaskMayCancelItself) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  scheduler->add({"self", [&](TaskContext& context) {
                    EXPECT_FALSE(context.stop_requested());
                    EXPECT_EQ(self.cancel("self"), CancelStatus::cancelled);
                    EXPECT_TRUE(context.stop_requested());
                    return Outcome::success;
                  }});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "self"), TaskState::cancelled);
}

TEST_P(SchedulerTest, ATaskThatWaitsForARetryCanBeCancelled) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  const RetryPolicy retry{.max_attempts = 2, .base_ns = 1000 * ms, .factor = 1, .cap_ns = 1000 * ms};
  scheduler->add({"again", record_.work("again", Outcome::failure), {}, 1, retry});
  scheduler->add({"then",
                  [&](TaskContext&) {
                    if (self.task("again")->state != TaskState::retrying) return Outcome::failure;
                    EXPECT_EQ(self.cancel("again"), CancelStatus::cancelled);
                    return Outcome::success;
                  },
                  {},
                  0,
                  {.max_attempts = 2, .base_ns = 0}});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(record_.count("again"), 1U);
  EXPECT_EQ(state(*scheduler, "again"), TaskState::cancelled);
  EXPECT_EQ(clock_.now(), 0) << "nobody waits for a time that nobody needs";
}

// --- shutdown ---

TEST_P(SchedulerTest, AfterAShutdownNothingIsTakenIn) {
  for (const ShutdownMode mode : {ShutdownMode::drain, ShutdownMode::stop, ShutdownMode::abort}) {
    const auto scheduler = make();
    add(*scheduler, "a");
    scheduler->shutdown(mode);
    scheduler->shutdown(mode);
    EXPECT_EQ(add(*scheduler, "a"), AddStatus::shut_down) << "comes before duplicate_task";
    EXPECT_EQ(scheduler->run().status, RunStatus::shut_down);
    EXPECT_EQ(scheduler->report().left, 1U);
  }
  EXPECT_TRUE(record_.names().empty());
}

TEST_P(SchedulerTest, WhileARunGoesOnNothingIsAddedAndNoOtherBegins) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  scheduler->add({"a", [&](TaskContext&) {
                    EXPECT_EQ(self.add({"b", nothing()}), AddStatus::running);
                    EXPECT_EQ(self.add({"a", nothing()}), AddStatus::running) << "comes before duplicate_task";
                    EXPECT_EQ(self.run().status, RunStatus::already_running);
                    return Outcome::success;
                  }});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
}

TEST_P(SchedulerTest, DrainFinishesEverythingAlsoRetries) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  scheduler->add({"first",
                  [&](TaskContext& context) {
                    self.shutdown(ShutdownMode::drain);
                    EXPECT_FALSE(context.stop_requested());
                    return context.attempt() == 1 ? Outcome::failure : Outcome::success;
                  },
                  {},
                  0,
                  {.max_attempts = 2}});
  add(*scheduler, "second", {"first"});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(scheduler->report().succeeded, 2U);
  EXPECT_EQ(scheduler->run().status, RunStatus::shut_down);
}

TEST_P(SchedulerTest, StopFinishesWhatRunsAndAbortAsksItToStop) {
  for (const ShutdownMode mode : {ShutdownMode::stop, ShutdownMode::abort}) {
    const auto scheduler = make(1);
    Scheduler& self = *scheduler;
    Record record;
    scheduler->add({"first",
                    [&](TaskContext& context) {
                      self.shutdown(mode);
                      self.shutdown(mode);
                      EXPECT_EQ(context.stop_requested(), mode == ShutdownMode::abort);
                      self.shutdown(ShutdownMode::drain);
                      return Outcome::success;
                    },
                    {},
                    1});
    scheduler->add({"second", record.work("second"), {"first"}});
    scheduler->add({"third", record.work("third")});
    EXPECT_EQ(scheduler->run().status, RunStatus::stopped);
    EXPECT_EQ(state(*scheduler, "first"), TaskState::succeeded);
    EXPECT_EQ(state(*scheduler, "second"), TaskState::never_started);
    EXPECT_EQ(record.count("second"), 0U);
    const SchedulerReport report = scheduler->report();
    EXPECT_EQ(report.never_started + record.count("third"), 2U);
    EXPECT_EQ(report.left, 0U);
    expect_counts_add_up(report);
  }
}

TEST_P(SchedulerTest, AStopMayBecomeAnAbort) {
  const auto scheduler = make(1);
  Scheduler& self = *scheduler;
  scheduler->add({"first", [&](TaskContext& context) {
                    self.shutdown(ShutdownMode::stop);
                    EXPECT_FALSE(context.stop_requested());
                    self.shutdown(ShutdownMode::abort);
                    EXPECT_TRUE(context.stop_requested());
                    return Outcome::success;
                  }});
  EXPECT_EQ(scheduler->run().status, RunStatus::stopped);
}

TEST_P(SchedulerTest, WhatWaitsForARetryFailsWhenTheRunIsStopped) {
  const auto scheduler = make(1);
  const RetryPolicy retry{.max_attempts = 2, .base_ns = 1000 * ms, .factor = 1, .cap_ns = 1000 * ms};
  Scheduler& self = *scheduler;
  scheduler->add({"again", record_.work("again", Outcome::failure), {}, 1, retry});
  scheduler->add({"then",
                  [&](TaskContext&) {
                    if (self.task("again")->state != TaskState::retrying) return Outcome::failure;
                    self.shutdown(ShutdownMode::stop);
                    return Outcome::failure;
                  },
                  {},
                  0,
                  retry});
  EXPECT_EQ(scheduler->run().status, RunStatus::stopped);
  EXPECT_EQ(state(*scheduler, "again"), TaskState::failed);
  EXPECT_EQ(state(*scheduler, "then"), TaskState::failed);
  EXPECT_EQ(clock_.now(), 0);
}

TEST_P(SchedulerTest, TheDestructorEndsARunThatGoesOnElsewhereAsAStopDoes) {
  auto scheduler = make(2);
  Scheduler* const self = scheduler.get();
  std::atomic<bool> runs{false};
  scheduler->add({"first", [&](TaskContext& context) {
                    runs = true;
                    await([&] { return self->task("second")->state == TaskState::never_started; });
                    EXPECT_FALSE(context.stop_requested());
                    return Outcome::success;
                  }});
  add(*scheduler, "second", {"first"});
  std::thread runner([&] { EXPECT_EQ(self->run().status, RunStatus::stopped); });
  await([&] { return runs.load(); });
  scheduler.reset();
  runner.join();
  EXPECT_TRUE(record_.names().empty());
}

TEST_P(SchedulerTest, MayBeDestroyedUnusedAndManyTimes) {
  for (int i = 0; i < 50; ++i) {
    const auto scheduler = make(3);
    if (i % 2 == 0) continue;
    add(*scheduler, "a");
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  }
}

// --- against the clock of the machine ---

TEST_P(SchedulerTest, RunsByTheMachinesClockToo) {
  const auto scheduler = GetParam().make({.workers = 2});
  scheduler->add({"again",
                  [](TaskContext& context) { return context.attempt() < 4 ? Outcome::failure : Outcome::success; },
                  {},
                  0,
                  {.max_attempts = 4, .base_ns = ms / 10}});
  scheduler->add({"slow",
                  [](TaskContext& context) {
                    await([&] { return context.stop_requested(); });
                    return Outcome::success;
                  },
                  {},
                  0,
                  {},
                  ms});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(state(*scheduler, "again"), TaskState::succeeded);
  EXPECT_EQ(state(*scheduler, "slow"), TaskState::timed_out);
}

}  // namespace
}  // namespace contend
