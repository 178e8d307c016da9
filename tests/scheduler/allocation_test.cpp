// Every operation of every implementation, with memory that runs out at each place in turn: on the thread that calls, and
// on the workers.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "tests/scheduler/fixture.hpp"
#include "tests/support/fail_each_allocation.hpp"

namespace contend::scheduler {
namespace {

// Names that no string holds in itself.
std::string long_name(const std::string& name) {
  return name + " " + std::string(60, 'n');
}

// A scheduler with the clock that it runs by.
struct Timed {
  SimulatedClock clock;
  std::unique_ptr<Scheduler> scheduler;
};

class SchedulerAllocationTest : public testing::TestWithParam<Implementation<Scheduler>> {
 protected:
  static constexpr int tasks = 40;

  // A graph of which a part fails once and is tried again after a wait, one times out, and a part is skipped. The work
  // itself takes no memory.
  std::unique_ptr<Timed> prepare(bool has_run, FailurePolicy on_failure = FailurePolicy::isolate) {
    auto timed = std::make_unique<Timed>();
    timed->scheduler = GetParam().make({.workers = 2, .clock = &timed->clock, .on_failure = on_failure});
    Scheduler& scheduler = *timed->scheduler;
    SimulatedClock& clock = timed->clock;
    const RetryPolicy retry{.max_attempts = 2, .base_ns = ms};
    for (int i = 0; i < tasks; ++i) {
      const auto work = [i](TaskContext& context) {
        if (i % 10 == 7) return Outcome::permanent_failure;
        return i % 5 == 0 && context.attempt() == 1 ? Outcome::failure : Outcome::success;
      };
      Names dependencies;
      if (i >= 3) dependencies = {long_name(std::to_string(i % 3)), long_name(std::to_string(i - 3))};
      scheduler.add({long_name(std::to_string(i)), work, dependencies, i % 4, retry});
    }
    const auto late = [&clock](TaskContext&) {
      clock.advance(ms);
      return Outcome::success;
    };
    scheduler.add({"late", late, {long_name("2")}, -5, {}, ms});
    if (has_run) scheduler.run();
    scheduler.add({"last", nothing(), {long_name("1")}});
    return timed;
  }

  // All that can be asked, but for what depends on which worker was faster.
  static std::string describe(Timed& timed) {
    const Scheduler& scheduler = *timed.scheduler;
    const Report report = scheduler.report();
    std::string text = fmt::format(
        "{} tasks, {} succeeded, {} failed, {} timed out, {} skipped, {} cancelled, {} never "
        "started, {} left, {} attempts, {} late, {} not kept\n",
        report.tasks, report.succeeded, report.failed, report.timed_out, report.skipped, report.cancelled,
        report.never_started, report.left, report.attempts, report.late_results, report.failures_not_kept);
    std::map<std::string, int> failures;
    for (const TaskFailure& failure : report.failures) {
      ++failures[fmt::format("{} {} {}", failure.task, failure.attempt, failure.timed_out)];
    }
    for (const auto& [failure, count] : failures) text += fmt::format("{} x {}\n", failure, count);
    for (int i = 0; i < tasks; ++i) {
      const TaskReport task = scheduler.task(long_name(std::to_string(i))).value();
      text += fmt::format("{} {} {}\n", i, to_string(task.state), task.attempts);
    }
    for (const std::string name : {"late", "last", "new"}) {
      const auto task = scheduler.task(name);
      text += task ? fmt::format("{} {} {}\n", name, to_string(task->state), task->attempts) : name + ": none\n";
    }
    // What cannot be seen otherwise: whether another run can be made, and that it ends as it should.
    text += contend::scheduler::describe(timed.scheduler->run());
    text += fmt::format(" {} {}\n", scheduler.report().succeeded, scheduler.report().skipped);
    return text;
  }

  std::uint64_t try_all(const std::string& name, bool has_run, std::function<std::string(Timed&)> operate) {
    return fail_each_allocation<Timed>({fmt::format("{} of {}{}", name, GetParam().name, has_run ? ", again" : ""),
                                        [this, has_run] { return prepare(has_run); }, std::move(operate), describe});
  }
};

INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerAllocationTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

TEST_P(SchedulerAllocationTest, ARunThatHasNoMemoryHasNotBegunAndCanBeMadeAgain) {
  for (const bool has_run : {false, true}) {
    const std::uint64_t allocations = try_all("run", has_run, [](Timed& timed) {
      return std::string(to_string(under_fault([&] { return timed.scheduler->run(); }).status));
    });
    EXPECT_GT(allocations, 3U) << "there was something to fail";
  }
}

TEST_P(SchedulerAllocationTest, ATaskForWhichThereIsNoMemoryIsNotAdded) {
  for (const bool has_run : {false, true}) {
    const std::uint64_t allocations = try_all("add", has_run, [](Timed& timed) {
      TaskSpec spec{"new", nothing(), {long_name("3"), long_name("1"), long_name("3")}};
      return std::string(to_string(under_fault([&] { return timed.scheduler->add(std::move(spec)); })));
    });
    EXPECT_GT(allocations, 0U);
  }
}

TEST_P(SchedulerAllocationTest, WhatOnlyLooksOnlyThrows) {
  const auto report = [](Timed& timed) {
    const Report got = under_fault([&] { return timed.scheduler->report(); });
    return fmt::format("{} {}", got.tasks, got.failures.size());
  };
  EXPECT_GT(try_all("report", true, report), 0U);
  const auto groups = [](Timed& timed) {
    return std::to_string(under_fault([&] { return timed.scheduler->cyclic_groups(); }).size());
  };
  EXPECT_GT(try_all("cyclic_groups", true, groups), 0U);
  const auto shutdown = [](Timed& timed) {
    under_fault([&] { timed.scheduler->shutdown(ShutdownMode::stop); });
    return std::string("shut down");
  };
  EXPECT_EQ(try_all("shutdown", true, shutdown), 0U);
  const auto cancel = [](Timed& timed) {
    return std::string(to_string(under_fault([&] { return timed.scheduler->cancel(long_name("1")); })));
  };
  try_all("cancel", true, cancel);  // the name itself is made here
}

// A graph that is refused, by its names or by a cycle.
TEST_P(SchedulerAllocationTest, ARunThatIsRefusedNamesWhyOrThrows) {
  for (const bool unknown : {true, false}) {
    const auto refused = [&] {
      auto timed = prepare(true);
      timed->scheduler->add({"new", nothing(), {unknown ? long_name("nowhere") : long_name("ring")}});
      if (!unknown) timed->scheduler->add({long_name("ring"), nothing(), {"new"}});
      return timed;
    };
    const auto run = [](Timed& timed) {
      return contend::scheduler::describe(under_fault([&] { return timed.scheduler->run(); }));
    };
    EXPECT_GT(fail_each_allocation<Timed>({"refused run", refused, run, describe}), 0U);
  }
}

// From inside a task, in a worker: cancelling takes no memory, however much goes with it.
TEST_P(SchedulerAllocationTest, ACancelFromInsideATaskTakesNoMemory) {
  const auto with_canceller = [this] {
    auto timed = prepare(false);
    Scheduler& self = *timed->scheduler;
    // Each of the two waits for the other.
    self.add({"target", [](TaskContext& context) {
                await([&] { return context.stop_requested(); });
                return Outcome::success;
              }});
    for (int i = 0; i < 50; ++i) self.add({"after target " + std::to_string(i), nothing(), {"target"}});
    self.add({"canceller", [&self](TaskContext&) {
                await([&] { return self.task("target")->state == TaskState::running; });
                self.cancel("target");
                return Outcome::success;
              }});
    return timed;
  };
  const auto run = [](Timed& timed) {
    const RunResult result = under_fault([&] { return timed.scheduler->run(); });
    return fmt::format("{} {}", to_string(result.status), timed.scheduler->report().cancelled);
  };
  EXPECT_GT(fail_each_allocation<Timed>({"run with a cancel", with_canceller, run, describe}), 0U);
}

// A scheduler that cannot be made leaves no thread and no process behind it.
TEST_P(SchedulerAllocationTest, ASchedulerIsMadeOrNot) {
  CONTEND_SURVIVES();
  struct Nothing {
    std::unique_ptr<Scheduler> made;
  };
  const auto make = [](Nothing& here) {
    here.made = under_fault([&] { return GetParam().make({.workers = 3}); });
    return std::string("made");
  };
  const auto describe_made = [](Nothing& here) {
    if (here.made == nullptr) return std::string("none");
    here.made->add({"a", nothing()});
    return contend::scheduler::describe(here.made->run());
  };
  const auto nothing_yet = [] { return std::make_unique<Nothing>(); };
  EXPECT_GT(fail_each_allocation<Nothing>({"make", nothing_yet, make, describe_made}), 0U);
}

}  // namespace
}  // namespace contend::scheduler
