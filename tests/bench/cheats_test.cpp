// A design that stores nothing cannot win: whoever answers at once and does nothing is found out in every workload.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/engine/measured_run.hpp"
#include "bench/workload/workload.hpp"

namespace contend {
namespace {

TEST(CheatsTest, TheControlPassesForNoDesignInAnyWorkload) {
  for (const BenchSystem& system : bench_systems()) {
    for (const BenchSystem::NamedWorkload& workload : system.workloads) {
      SCOPED_TRACE(fmt::format("{}, {}", system.name, workload.name));
      system.before_trials(workload.name);
      const auto prepare = [&] { return system.prepare(noop_name, workload.name, 2); };
      const TrialOptions options{.threads = 2, .window_ms = 20, .own_threads = system.traits.owns_threads};
      // On a busy machine a trial may end before the control has done enough to be seen through.
      TrialStatus status = TrialStatus::ok;
      for (int trial = 0; trial < 20 && status == TrialStatus::ok; ++trial) status = run_trial(prepare, options).status;
      EXPECT_EQ(status, TrialStatus::invalid);
    }
  }
}

TEST(CheatsTest, TheReferencePassesInEveryWorkload) {
  for (const BenchSystem& system : bench_systems()) {
    for (const BenchSystem::NamedWorkload& workload : system.workloads) {
      SCOPED_TRACE(fmt::format("{}, {}", system.name, workload.name));
      system.before_trials(workload.name);
      const auto prepare = [&] { return system.prepare("reference", workload.name, 2); };
      const TrialOptions options{.threads = 2, .window_ms = 20, .own_threads = system.traits.owns_threads};
      const TrialResult result = run_trial(prepare, options);
      EXPECT_EQ(result.status, TrialStatus::ok) << result.message.data();
    }
  }
}

}  // namespace
}  // namespace contend
