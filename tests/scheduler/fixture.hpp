#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/scheduler/scheduler.hpp"
#include "impls/sync/mutex.hpp"
#include "tests/support/implementations.hpp"

namespace contend::scheduler {

using Names = std::vector<std::string>;

inline constexpr DurationNs ms = 1'000'000;

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

inline TaskWork nothing() {
  return [](TaskContext&) { return Outcome::success; };
}

// Waits for what another thread does, giving the core away.
template <class Condition>
void await(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

// A run on a clock that only the tasks move.
class SchedulerFixture : public testing::TestWithParam<Implementation<Scheduler>> {
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
  static void expect_counts_add_up(const Report& report) {
    EXPECT_EQ(report.tasks, report.left + report.succeeded + report.failed + report.timed_out + report.skipped +
                                report.cancelled + report.never_started);
  }

  SimulatedClock clock_;
  Record record_;
};

}  // namespace contend::scheduler
