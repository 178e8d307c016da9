// What the scheduler does about failures: skipping, trying again, and timeouts, over every implementation.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <optional>
#include <stdexcept>

#include "tests/scheduler/fixture.hpp"

namespace contend::scheduler {
namespace {

using SchedulerFailureTest = SchedulerFixture;
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerFailureTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

// --- failure ---

TEST_P(SchedulerFailureTest, AFailureSkipsWhatDependsOnItAndTheRestGoesOn) {
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
  const Report report = scheduler->report();
  EXPECT_EQ(report.succeeded, 2U);
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.skipped, 2U);
  EXPECT_EQ(report.attempts, 3U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].task, "bad");
  EXPECT_EQ(report.failures[0].exception, nullptr);
  expect_counts_add_up(report);
}

TEST_P(SchedulerFailureTest, EveryExceptionIsKeptWithTaskAndAttempt) {
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

TEST_P(SchedulerFailureTest, FailFastStartsNothingMoreAndAsksWhatRunsToStop) {
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

TEST_P(SchedulerFailureTest, AttemptsCountFromTheFirstAndEndWithSuccess) {
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

TEST_P(SchedulerFailureTest, SomeFailuresAreNotTriedAgain) {
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

TEST_P(SchedulerFailureTest, RetriesWaitLongerAndLongerUpToTheCapWithFullJitter) {
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

TEST_P(SchedulerFailureTest, WhereThereIsNothingToWaitForNobodyWaits) {
  const auto scheduler = make();
  const auto fails = [](TaskContext&) { return Outcome::failure; };
  scheduler->add({"many", fails, {}, 0, {.max_attempts = 1100, .base_ns = 0, .factor = 2}});
  scheduler->add({"steep", fails, {}, 0, {.max_attempts = 4, .base_ns = 0, .factor = 1e300}});
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  EXPECT_EQ(scheduler->report().attempts, 1104U);
  EXPECT_EQ(clock_.now(), 0);
}

TEST_P(SchedulerFailureTest, OfMoreFailuresThanAreKeptTheRestIsCounted) {
  const auto scheduler = GetParam().make({.workers = 1, .clock = &clock_, .max_failures = 10});
  const auto fails = [](TaskContext&) { return Outcome::failure; };
  scheduler->add({"often", fails, {}, 0, {.max_attempts = 1000, .base_ns = 0}});
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    const Report report = scheduler->report();
    ASSERT_EQ(report.failures.size(), 10U);
    EXPECT_EQ(report.failures.back().attempt, 10U) << "the first are kept";
    EXPECT_EQ(report.failures_not_kept, 990U);
  }
}

TEST_P(SchedulerFailureTest, WhatWaitsForARetryHoldsNoWorker) {
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

TEST_P(SchedulerFailureTest, ALateResultOfATimedOutAttemptIsIgnored) {
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
  const Report report = scheduler->report();
  EXPECT_EQ(report.late_results, 1U);
  EXPECT_EQ(report.attempts, 2U);
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_TRUE(report.failures[0].timed_out);
  EXPECT_FALSE(report.failures[1].timed_out);
}

TEST_P(SchedulerFailureTest, ATaskWhoseLastAttemptTimesOutIsTimedOut) {
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
  const Report report = scheduler->report();
  EXPECT_EQ(report.timed_out, 1U);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_EQ(report.late_results, 3U);
  expect_counts_add_up(report);
}

// The clock comes to the deadline before the work returns: nobody need have noticed.
TEST_P(SchedulerFailureTest, AResultThatComesAtItsDeadlineIsTooLate) {
  const auto scheduler = make(1);
  for (int run = 0; run < 100; ++run) {
    if (run == 0) {
      scheduler->add({"late",
                      [&](TaskContext&) {
                        clock_.advance(10);
                        return Outcome::success;
                      },
                      {},
                      0,
                      {},
                      10});
      add(*scheduler, "after", {"late"});
    }
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    ASSERT_EQ(state(*scheduler, "late"), TaskState::timed_out) << "run " << run;
    EXPECT_EQ(scheduler->report().late_results, 1U);
  }
  EXPECT_TRUE(record_.names().empty());
}

// Whoever ends a run while a task waits for its next attempt: how the last one ended is not forgotten.
TEST_P(SchedulerFailureTest, ATaskThatTimedOutIsTimedOutAlsoWhenItsRetryIsCutShort) {
  const auto timed_out_then_ended = [&](DurationNs run_timeout_ns, std::optional<ShutdownMode> mode) {
    SimulatedClock clock;
    const auto scheduler = GetParam().make({.workers = 1, .clock = &clock, .run_timeout_ns = run_timeout_ns});
    Scheduler& self = *scheduler;
    const RetryPolicy retry{.max_attempts = 2, .base_ns = 1'000'000'000'000, .cap_ns = 1'000'000'000'000};
    scheduler->add({"slow",
                    [&](TaskContext&) {
                      clock.advance(10);
                      return Outcome::success;
                    },
                    {},
                    1,
                    retry,
                    10});
    scheduler->add({"other",
                    [&](TaskContext& context) {
                      if (self.task("slow")->state != TaskState::retrying) return Outcome::failure;
                      if (mode) self.shutdown(*mode);
                      return context.attempt() > 0 ? Outcome::success : Outcome::failure;
                    },
                    {},
                    0,
                    {.max_attempts = 100, .base_ns = 0}});
    const RunStatus ended = scheduler->run().status;
    EXPECT_EQ(ended, mode ? RunStatus::stopped : RunStatus::timed_out);
    EXPECT_EQ(state(*scheduler, "slow"), TaskState::timed_out);
    const Report report = scheduler->report();
    EXPECT_EQ(report.timed_out, 1U);
    EXPECT_EQ(report.failed, 0U);
    ASSERT_EQ(report.failures.size(), 1U + report.attempts - 2U);
    expect_counts_add_up(report);
  };
  timed_out_then_ended(1000, std::nullopt);
  timed_out_then_ended(forever, ShutdownMode::stop);
  timed_out_then_ended(forever, ShutdownMode::abort);
}

TEST_P(SchedulerFailureTest, ATimeoutWithoutRetriesAlsoEndsARunFast) {
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

TEST_P(SchedulerFailureTest, ARunHasATimeoutOfItsOwn) {
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

TEST_P(SchedulerFailureTest, WhatWaitsForARetryFailsWhenTheRunTimesOut) {
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

}  // namespace
}  // namespace contend::scheduler
