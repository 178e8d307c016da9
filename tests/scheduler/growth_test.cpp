// The memory of a scheduler in bytes: what a task takes, and that neither runs, retries, failures nor refused tasks make it
// grow.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/scheduler/fixture.hpp"
#include "tests/support/allocation_faults.hpp"

namespace contend::scheduler {
namespace {

using SchedulerGrowthTest = SchedulerFixture;
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerGrowthTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

constexpr std::size_t pools_of_libraries = 256 * 1024;

std::unique_ptr<Scheduler> with_tasks(const Implementation<Scheduler>& design, Clock& clock, int tasks) {
  auto scheduler = design.make({.workers = 2, .clock = &clock});
  for (int i = 0; i < tasks; ++i) {
    Names dependencies;
    if (i > 0) dependencies = {std::to_string(i / 2), std::to_string(i - 1)};
    scheduler->add({std::to_string(i), nothing(), dependencies, 0, {.max_attempts = 3, .base_ns = 0}, ms});
  }
  return scheduler;
}

TEST_P(SchedulerGrowthTest, ATaskTakesItsSpecItsEdgesAndItsTimers) {
  const auto held_by = [](int tasks) {
    const std::size_t before = allocated_bytes();
    SimulatedClock clock;
    const auto scheduler = with_tasks(GetParam(), clock, tasks);
    EXPECT_EQ(scheduler->run().status, RunStatus::completed);
    return allocated_bytes() - before;
  };
  const std::size_t few = held_by(1000);
  const std::size_t many = held_by(21'000);
  EXPECT_LT((many - few) / 20'000, 700U) << "bytes of a task with two dependencies, a timeout and retries";
}

TEST_P(SchedulerGrowthTest, WhatGoesLeavesNothing) {
  const std::size_t before = allocated_bytes();
  auto scheduler = with_tasks(GetParam(), clock_, 5000);
  scheduler->run();
  scheduler.reset();
  EXPECT_LT(allocated_bytes(), before + pools_of_libraries) << "bytes that are held after the scheduler is gone";
}

TEST_P(SchedulerGrowthTest, RunsRetriesAndRefusedTasksLeaveNothing) {
  const auto scheduler = with_tasks(GetParam(), clock_, 200);
  const auto fails = [](TaskContext&) { return Outcome::failure; };
  scheduler->add({"fails", fails, {}, 0, {.max_attempts = 50, .base_ns = 1}, ms});
  for (int i = 0; i < 3; ++i) scheduler->run();
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(scheduler->run().status, RunStatus::completed);
    ASSERT_EQ(scheduler->add({"0", nothing(), {std::string(1000, 'd')}}), AddStatus::duplicate_task);
    ASSERT_EQ(scheduler->add({std::string(max_task_name_bytes + 1, 'n'), nothing()}), AddStatus::invalid_name);
  }
  EXPECT_LT(allocated_bytes(), before + pools_of_libraries);
}

// A name that is given many times counts once, and is kept once.
TEST_P(SchedulerGrowthTest, ARepeatedNameIsKeptOnce) {
  const auto scheduler = GetParam().make({.clock = &clock_, .max_dependencies = 1});
  const std::size_t before = allocated_bytes();
  ASSERT_EQ(scheduler->add({"a", nothing(), Names(100'000, "b")}), AddStatus::added);
  EXPECT_LT(allocated_bytes(), before + 8 * 1024 * 1024) << "the vector of the call at most";
  ASSERT_EQ(scheduler->add({"b", nothing()}), AddStatus::added);
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
}

// Of failures so many are kept as was said, however often a task fails.
TEST_P(SchedulerGrowthTest, FailuresAreBounded) {
  const auto scheduler = GetParam().make({.workers = 2, .clock = &clock_, .max_failures = 100});
  const auto throws = [](TaskContext&) -> Outcome { throw std::string(1000, 'x'); };
  scheduler->add({"throws", throws, {}, 0, {.max_attempts = 5000, .base_ns = 0}});
  scheduler->run();
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 3; ++i) scheduler->run();
  EXPECT_EQ(scheduler->report().failures.size(), 100U);
  EXPECT_EQ(scheduler->report().failures_not_kept, 4900U);
  EXPECT_LT(allocated_bytes(), before + pools_of_libraries);
}

}  // namespace
}  // namespace contend::scheduler
