#include "stress/driver/watchdog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <latch>
#include <thread>

#include "impls/base/nearest.hpp"
#include "impls/base/time.hpp"
#include "impls/base/wrapping.hpp"
#include "impls/sync/mutex.hpp"

namespace contend {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Two threads that take two locks in opposite order, made to meet.
int deadlock() NO_THREAD_SAFETY_ANALYSIS {  // the point is to lock wrongly
  const Watchdog watchdog("the deadlock test, seed 7", 10s);
  Mutex left{{"account", 1}};
  Mutex right{{"account", 2}};
  std::latch both_hold_one(2);
  const auto take = [&](Mutex& first, Mutex& second) NO_THREAD_SAFETY_ANALYSIS {
    first.lock();
    both_hold_one.arrive_and_wait();
    second.lock();
    second.unlock();
    first.unlock();
  };
  std::jthread one([&] { take(left, right); });
  std::jthread two([&] { take(right, left); });
  return 0;
}

TEST(WatchdogTest, NamesTheLocksAndTheCircleOfADeadlock) {
  const ChildEnd end = run_in_child(deadlock, 20s);
  EXPECT_EQ(end.exit_code, exit_hang);
  EXPECT_THAT(end.output, HasSubstr("waits for account 1"));
  EXPECT_THAT(end.output, HasSubstr("waits for account 2"));
  EXPECT_THAT(end.output, HasSubstr("deadlock:"));
  EXPECT_THAT(end.output, HasSubstr("seed 7"));
}

TEST(WatchdogTest, ReportsALostWakeUpAfterItsPatience) {
  const ChildEnd end = run_in_child(
      [] {
        const Watchdog watchdog("nobody notifies", 200ms);
        Mutex mutex;
        ConditionVariable condition;
        const MutexLock lock(mutex);
        while (true) condition.wait(mutex);
        return 0;
      },
      20s);
  EXPECT_EQ(end.exit_code, exit_hang);
  EXPECT_THAT(end.output, HasSubstr("lost wake-up"));
}

TEST(WatchdogTest, LeavesAloneWhoGetsOnWithIt) {
  const ChildEnd end = run_in_child(
      [] {
        const Watchdog watchdog("fine", 10s);
        return 7;
      },
      20s);
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.output, "");
}

// Between getting a lock and leaving the board of waits, a thread seems to wait for itself. Seen at one lock again and
// again, that is contention.
TEST(WatchdogTest, ManyShortWaitsAtOneLockAreNoDeadlock) {
  const ChildEnd end = run_in_child(
      [] {
        const Watchdog watchdog("busy", 10s);
        const int me = current_tid();
        const int lock = 0;
        const auto stop = std::chrono::steady_clock::now() + 500ms;
        while (std::chrono::steady_clock::now() < stop) {
          const LockWaitScope waiting(&lock, {"account", 1}, &me);
          std::this_thread::sleep_for(1ms);
        }
        return 7;
      },
      20s);
  EXPECT_EQ(end.exit_code, 7);
  EXPECT_EQ(end.output, "");
}

TEST(WatchdogTest, AThreadThatLocksTwiceIsADeadlock) {
  const ChildEnd end = run_in_child(
      []() NO_THREAD_SAFETY_ANALYSIS {  // the point is to lock wrongly
        const Watchdog watchdog("twice", 60s);
        Mutex mutex{{"account", 3}};
        mutex.lock();
        mutex.lock();
        return 0;
      },
      20s);
  EXPECT_EQ(end.exit_code, exit_hang);
  EXPECT_THAT(end.output, HasSubstr("deadlock: account 3 -> account 3"));
}

TEST(WatchdogTest, AChildThatDoesNotEndIsKilled) {
  const ChildEnd end = run_in_child(
      [] {
        while (true) std::this_thread::yield();
        return 0;
      },
      100ms);
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_THAT(end.output, HasSubstr("still running"));
}

TEST(NearestNameTest, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(nearest_name("kv_stor", {"ledger", "kv_store", "cache"}), "kv_store");
  EXPECT_EQ(nearest_name("x", {}), "");
}
TEST(NearestNameTest, ADesignMayLackItsSystemOrHaveAnothers) {
  const std::vector<std::string> known{"store", "store/striped", "cache", "cache/striped", "cache/sieve"};
  EXPECT_EQ(did_you_mean("striped", known), "did you mean 'cache/striped' or 'store/striped'?");
  EXPECT_EQ(did_you_mean("store/sieve", known), "did you mean 'cache/sieve'?");
  EXPECT_EQ(did_you_mean("seive", known), "did you mean 'cache/sieve'?");
  EXPECT_EQ(did_you_mean("stor", known), "did you mean 'store'?");
}
TEST(NearestNameTest, SaysWhoseANameIs) {
  const std::vector<OwnedName> all{{"store", "reads"}, {"cache", "hits"}, {"cache", "loads"}};
  EXPECT_EQ(explain_unknown("workload", "reads", all, {}), "");
  EXPECT_EQ(explain_unknown("workload", "loads", all, {"store", "cache/sieve"}), "");
  EXPECT_THAT(explain_unknown("workload", "loads", all, {"store/striped"}),
              HasSubstr("store has no workload 'loads', which belongs to cache"));
  EXPECT_THAT(explain_unknown("workload", "hist", all, {"store", "cache"}), HasSubstr("did you mean 'hits'"));
}

TEST(WrappingTest, BreaksAtBlanksWithinATerminal) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "words of it ";
  const std::string lines = paragraph(text, 4);
  for (std::size_t begin = 0, end = 0; (end = lines.find('\n', begin)) != lines.npos; begin = end + 1) {
    EXPECT_LE(end - begin, terminal_columns);
    EXPECT_EQ(lines.substr(begin, 4), "    ");
  }
}

TEST(TimeTest, DeadlinesSaturateAndAreHalfOpen) {
  EXPECT_EQ(deadline_after(5, 10), 15);
  EXPECT_EQ(deadline_after(never - 5, 10), never);
  EXPECT_EQ(deadline_after(-5, forever), never);
  EXPECT_TRUE(is_alive(10, 9));
  EXPECT_FALSE(is_alive(10, 10));
  EXPECT_TRUE(is_alive(never, never));
}

}  // namespace
}  // namespace contend
