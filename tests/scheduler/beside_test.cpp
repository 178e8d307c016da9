// What goes on beside a run: another scheduler in the process, and calls while a cycle is looked for.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>

#include "tests/scheduler/fixture.hpp"

namespace contend::scheduler {
namespace {

class SchedulerBesideTest : public SchedulerFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, SchedulerBesideTest, testing::ValuesIn(implementations<Scheduler>()),
                         implementation_name<Scheduler>);

TEST_P(SchedulerBesideTest, AnotherSchedulerTakesNoWorkersAway) {
  if (!GetParam().guarantees.own_threads) GTEST_SKIP() << GetParam().name << " does not promise threads of its own";
  const auto other = make(1);
  add(*other, "x");
  EXPECT_EQ(other->run().status, RunStatus::completed);
  constexpr int workers = 4;
  const auto scheduler = make(workers);
  std::atomic<int> inside{0};
  for (int i = 0; i < workers; ++i) {
    scheduler->add({std::to_string(i), [&](TaskContext&) {
                      ++inside;
                      await([&] { return inside == workers; });
                      return Outcome::success;
                    }});
  }
  EXPECT_EQ(scheduler->run().status, RunStatus::completed);
}

// A ring of layers, each task depending on three of the next layer. No cycle is shorter than the ring, and each task of a
// layer has to be tried: a search that takes by far most of the run.
TEST_P(SchedulerBesideTest, NobodyWaitsWhileACycleIsLookedFor) {
  constexpr std::size_t layers = 10;
  constexpr std::size_t width = 2000;
  std::mt19937_64 random(1);
  const auto name = [](std::size_t layer, std::size_t place) {
    return std::to_string(layer % layers) + "." + std::to_string(place);
  };
  const auto scheduler = make();
  for (std::size_t layer = 0; layer < layers; ++layer) {
    for (std::size_t place = 0; place < width; ++place) {
      Names dependencies;
      for (int i = 0; i < 3; ++i) dependencies.push_back(name(layer + 1, random() % width));
      ASSERT_EQ(add(*scheduler, name(layer, place), dependencies), AddStatus::added);
    }
  }
  std::atomic<bool> begun{false};
  std::atomic<bool> over{false};
  RunResult result;
  std::thread runner([&] {
    begun = true;
    result = scheduler->run();
    over = true;
  });
  await([&] { return begun.load(); });
  using Steady = std::chrono::steady_clock;
  const Steady::time_point start = Steady::now();
  Steady::duration longest{};
  while (!over) {
    const Steady::time_point before = Steady::now();
    scheduler->report();
    EXPECT_NE(scheduler->cancel("0.0"), CancelStatus::cancelled);
    longest = std::max(longest, Steady::now() - before);
  }
  const Steady::duration search = Steady::now() - start;
  runner.join();
  EXPECT_EQ(result.status, RunStatus::cycle);
  EXPECT_EQ(result.path.size(), layers + 1);
  EXPECT_LT(longest, search / 2);
}

}  // namespace
}  // namespace contend::scheduler
