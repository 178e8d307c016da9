// Calls that come by a schedule: against subjects of which it is known how long a call takes.

#include "bench/engine/open_loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "bench/engine/trial.hpp"

namespace contend {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Each call takes so long, but one that takes longer.
struct ServiceTime {
  std::chrono::nanoseconds usual{0};
  std::chrono::nanoseconds stall{0};
  std::int64_t stalled_call = -1;
};

class TimedSubject final : public TrialSubject {
 public:
  explicit TimedSubject(ServiceTime service) : service_(service) {}
  void prefill() override {}
  std::unique_ptr<Worker> make_worker(int, std::uint64_t) override { return std::make_unique<BusyWorker>(service_); }
  std::string validate() override { return ""; }
  std::size_t entries() const override { return 0; }

 private:
  class BusyWorker final : public Worker {
   public:
    explicit BusyWorker(ServiceTime service) : service_(service) {}
    void run(std::size_t calls) override {
      for (; calls > 0; --calls) {
        const auto end = Clock::now() + (call_++ == service_.stalled_call ? service_.stall : service_.usual);
        while (Clock::now() < end) {
        }
      }
    }

   private:
    ServiceTime service_;
    std::int64_t call_ = 0;
  };

  ServiceTime service_;
};

TrialResult run_at(double rate_per_s, ServiceTime service, int threads = 1) {
  return run_trial([&] { return std::make_unique<TimedSubject>(service); },
                   {.threads = threads, .window_ms = 200, .rate_per_s = rate_per_s});
}

std::uint64_t longer_than(const TrialResult& result, std::chrono::nanoseconds time) {
  std::uint64_t count = 0;
  for (const auto& [upper_ns, calls] : result.times.curve()) {
    if (upper_ns > static_cast<std::uint64_t>(time.count())) count += calls;
  }
  return count;
}

TEST(OpenLoopTest, WhoIsRarelyBusyAnswersInTheTimeOfTheService) {
  double best_ns = std::numeric_limits<double>::infinity();  // of a few trials: others may use the machine
  for (int trial = 0; trial < 10 && best_ns > 75'000; ++trial) {
    const TrialResult result = run_at(2'000, {.usual = microseconds(50)});
    EXPECT_NEAR(static_cast<double>(result.due), 400, 100);
    EXPECT_GE(result.times.quantile(0.5), 49'000);
    best_ns = std::min(best_ns, result.times.quantile(0.5));
  }
  EXPECT_LE(best_ns, 75'000);
}

// The callers whom a stall keeps waiting are as many as would have come meanwhile. Who calls only when the last call has
// ended sees one slow call.
TEST(OpenLoopTest, AStallCostsAllWhomItKeepsWaiting) {
  const ServiceTime service{.usual = microseconds(1), .stall = milliseconds(20), .stalled_call = 6'000};
  const TrialResult open = run_at(60'000, service);
  EXPECT_GT(open.times.quantile(0.999), 15e6);
  EXPECT_GT(longer_than(open, milliseconds(10)), 400U) << "of 600 that are due in ten milliseconds";
  const TrialResult closed = run_trial([&] { return std::make_unique<TimedSubject>(service); }, {.window_ms = 200});
  EXPECT_LT(longer_than(closed, milliseconds(10)), 20U);
}

TEST(OpenLoopTest, WhoDoesNotKeepUpIsSaidToBeBehind) {
  const auto behind = [](double rate_per_s) { return run_at(rate_per_s, {.usual = microseconds(50)}).behind; };
  for (int trial = 0; trial < 3; ++trial) EXPECT_TRUE(behind(40'000)) << "twice what it can do";
  bool always = true;  // others may take the machine for a while
  for (int trial = 0; trial < 10 && always; ++trial) always = behind(2'000);
  EXPECT_FALSE(always) << "a tenth of what it can do";
}

TEST(OpenLoopTest, NobodyIsLeftOutWhoWasStillWaitingAtTheEnd) {
  const TrialResult result = run_at(40'000, {.usual = microseconds(50)});
  EXPECT_NEAR(static_cast<double>(result.due), 8'000, 1'000);
  EXPECT_EQ(result.times.total(), result.due);
  EXPECT_LT(result.served, result.due * 2 / 3);
}

TEST(OpenLoopTest, CallersShareTheRate) {
  const TrialResult result = run_at(10'000, {.usual = microseconds(1)}, 4);
  EXPECT_NEAR(static_cast<double>(result.due), 2'000, 300);
  for (std::size_t caller = 0; caller < 4; ++caller) EXPECT_GT(result.operations_of[caller], 300U);
}

TEST(OpenLoopTest, AnInfiniteRateIsAClosedLoopOfTimedCalls) {
  const TrialResult result = run_at(std::numeric_limits<double>::infinity(), {.usual = microseconds(20)});
  EXPECT_LE(result.operations_per_s(), 50'000);
  EXPECT_GT(result.operations_per_s(), 10'000);
  EXPECT_EQ(result.times.total(), result.due);
  EXPECT_FALSE(result.behind);
}

TEST(ArrivalScheduleTest, GapsAreExponentialAndKeepTheRate) {
  ArrivalSchedule schedule(1e6, 7);
  schedule.begin(0);
  constexpr int count = 1 << 14;
  int longer_than_the_mean = 0;
  const std::int64_t first = schedule.due_ns();
  for (int i = 0; i < count; ++i) {
    const std::int64_t before = schedule.due_ns();
    schedule.next();
    longer_than_the_mean += schedule.due_ns() - before > 1'000 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(schedule.due_ns() - first) / count, 1'000, 0.5);
  EXPECT_NEAR(longer_than_the_mean / static_cast<double>(count), std::exp(-1), 0.02);
}

TEST(ArrivalScheduleTest, EveryCallerHasItsOwnTimesAndTheSameOnesAgain) {
  const auto first_due = [](std::uint64_t seed) {
    ArrivalSchedule schedule(1e3, seed);
    schedule.begin(0);
    return schedule.due_ns();
  };
  EXPECT_EQ(first_due(1), first_due(1));
  EXPECT_NE(first_due(1), first_due(2));
}

TEST(OpenLoopCountsTest, ABacklogThatGrowsIsSeenBeforeItIsLarge) {
  const OpenLoopWindow window{0, 200'000'000};
  OpenLoopCounts counts{.due = 10'000, .served = 9'900, .calls = {100, 100, 100, 100}, .late_ns = {}};
  for (std::size_t i = 0; i < 4; ++i) counts.late_ns[i] = 100 * 500e3 * static_cast<double>(i + 1);
  EXPECT_TRUE(counts.behind(1, window)) << "half a millisecond later in each quarter";
  std::swap(counts.late_ns[1], counts.late_ns[3]);
  EXPECT_FALSE(counts.behind(1, window)) << "it had caught up";
  counts.served = 9'700;
  EXPECT_TRUE(counts.behind(1, window)) << "three in a hundred have not been served";
}

}  // namespace
}  // namespace contend
