// How runs are cut short: cancelling, and the three modes of a shutdown, over every implementation.

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "tests/scheduler/fixture.hpp"

namespace contend::scheduler {
namespace {

using SchedulerStopTest = SchedulerFixture;
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerStopTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

// --- cancelling ---

TEST_P(SchedulerStopTest, CancelTakesATaskAndAllThatDependOnItOutOfTheRun) {
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

TEST_P(SchedulerStopTest, ATaskThatIsReadyCanStillBeCancelled) {
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

TEST_P(SchedulerStopTest, ARunningTaskThatIsCancelledSeesItAndIsNotTriedAgain) {
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

TEST_P(SchedulerStopTest, ATaskMayCancelItself) {
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

TEST_P(SchedulerStopTest, ATaskThatWaitsForARetryCanBeCancelled) {
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

TEST_P(SchedulerStopTest, AfterAShutdownNothingIsTakenIn) {
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

TEST_P(SchedulerStopTest, WhileARunGoesOnNothingIsAddedAndNoOtherBegins) {
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

TEST_P(SchedulerStopTest, DrainFinishesEverythingAlsoRetries) {
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

TEST_P(SchedulerStopTest, StopFinishesWhatRunsAndAbortAsksItToStop) {
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
    const Report report = scheduler->report();
    EXPECT_EQ(report.never_started + record.count("third"), 2U);
    EXPECT_EQ(report.left, 0U);
    expect_counts_add_up(report);
  }
}

TEST_P(SchedulerStopTest, AStopMayBecomeAnAbort) {
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

TEST_P(SchedulerStopTest, WhatWaitsForARetryFailsWhenTheRunIsStopped) {
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

// No time can hold when such a retry would come. Something else has to end the wait.
TEST_P(SchedulerStopTest, ARetryThatNeverComesEndsWithTheRun) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const bool by_time : {true, false}) {
      SimulatedClock clock;
      clock.advance_to(never - 10'000);
      const auto scheduler =
          GetParam().make({.workers = 2, .clock = &clock, .seed = seed, .run_timeout_ns = by_time ? 1000 : forever});
      const RetryPolicy retry{.max_attempts = 2, .base_ns = forever, .factor = 1, .cap_ns = forever};
      add(*scheduler, "other");
      scheduler->add({"again", [](TaskContext&) { return Outcome::failure; }, {}, 0, retry});
      std::thread ends_it([&] {
        if (by_time) return;
        await([&] { return state(*scheduler, "again") == TaskState::retrying; });
        scheduler->shutdown(ShutdownMode::stop);
      });
      const RunStatus ended = scheduler->run().status;
      ends_it.join();
      EXPECT_EQ(ended, by_time ? RunStatus::timed_out : RunStatus::stopped);
      EXPECT_EQ(state(*scheduler, "again"), TaskState::failed);
    }
  }
}

TEST_P(SchedulerStopTest, ARunWhoseLastTaskEndedInTimeIsCompletedHoweverLateItIsNoticed) {
  // The caller of run, once it has begun, sees the time only after the task has come to its end.
  class LateClock final : public Clock {
   public:
    TimeNs now() override {
      if (std::this_thread::get_id() == runner && ++looks > 1) await([this] { return is_late.load(); });
      return std::this_thread::get_id() == runner && looks > 1 ? 1'000'000 : 0;
    }
    void wait_until(ConditionVariable& condition, Mutex& mutex, TimeNs, bool) REQUIRES(mutex) override {
      condition.wait(mutex);
    }
    const std::thread::id runner = std::this_thread::get_id();
    int looks = 0;
    std::atomic<bool> is_late{false};
  };
  LateClock clock;
  const auto scheduler = GetParam().make({.workers = 1, .clock = &clock, .run_timeout_ns = 1000});
  add(*scheduler, "a");
  std::thread later([&] {
    await([&] { return state(*scheduler, "a") == TaskState::succeeded; });
    clock.is_late = true;
  });
  const RunStatus ended = scheduler->run().status;
  later.join();
  EXPECT_EQ(ended, RunStatus::completed);
}

TEST_P(SchedulerStopTest, TheDestructorEndsARunThatGoesOnElsewhereAsAStopDoes) {
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

TEST_P(SchedulerStopTest, MayBeDestroyedUnusedAndManyTimes) {
  for (int i = 0; i < 50; ++i) {
    const auto scheduler = make(3);
    if (i % 2 == 0) continue;
    add(*scheduler, "a");
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
  }
}

// --- against the clock of the machine ---

TEST_P(SchedulerStopTest, RunsByTheMachinesClockToo) {
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
}  // namespace contend::scheduler
