// Simulated time: who waits for it is woken when it comes, and not before.

#include "impls/base/clock.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace contend {
namespace {

// Until it is so, or for some seconds, in which it uses no processor.
template <class IsSo>
void wait_patiently(IsSo is_so) {
  for (int i = 0; i < 5'000 && !is_so(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(ClockTest, SimulatedTimeNeverGoesBack) {
  SimulatedClock clock;
  clock.advance_to(10);
  clock.advance_to(5);
  EXPECT_EQ(clock.now(), 10);
  clock.advance(3);
  EXPECT_EQ(clock.now(), 13);
}

TEST(ClockTest, AnIdleSystemJumpsToItsDeadline) {
  SimulatedClock clock;
  Mutex mutex;
  ConditionVariable condition;
  const MutexLock lock(mutex);
  clock.wait_until(condition, mutex, 1'000'000, true);
  EXPECT_EQ(clock.now(), 1'000'000);
}

TEST(ClockTest, AWaiterIsWokenWhenItsTimeComesAndNotBefore) {
  for (int round = 0; round < 200; ++round) {
    SimulatedClock clock;
    std::atomic<bool> woken{false};
    std::thread waiter([&] {
      // On the stack: advancing must not touch it after the wait has ended.
      Mutex mutex;
      ConditionVariable condition;
      const MutexLock lock(mutex);
      while (clock.now() < 100) clock.wait_until(condition, mutex, 100, false);
      woken = true;
    });
    while (clock.waiting() == 0) std::this_thread::yield();
    clock.advance_to(99);
    EXPECT_FALSE(woken);
    clock.advance_to(100);
    waiter.join();
    EXPECT_TRUE(woken);
  }
}

TEST(ClockTest, AllWhoseTimeHasComeAreWokenThoughOthersWaitOnTheSameCondition) {
  SimulatedClock clock;
  Mutex mutex;
  ConditionVariable shared;
  ConditionVariable own;
  std::atomic<int> woken{0};
  std::vector<std::jthread> waiters;
  const auto wait_for = [&](TimeNs deadline_ns, ConditionVariable& condition) {
    const std::size_t waiting = clock.waiting();
    waiters.emplace_back([&, deadline_ns] {
      const MutexLock lock(mutex);
      while (clock.now() < deadline_ns) clock.wait_until(condition, mutex, deadline_ns, false);
      ++woken;
    });
    while (clock.waiting() == waiting) std::this_thread::yield();
  };
  for (const TimeNs deadline_ns : {1000, 1000, 100, 100}) wait_for(deadline_ns, shared);
  wait_for(100, own);
  clock.advance_to(100);
  wait_patiently([&] { return woken == 3; });
  EXPECT_EQ(woken, 3);
  clock.advance_to(1000);
  while (woken < 5) {  // whoever has been forgotten, so that the test ends
    const MutexLock lock(mutex);
    shared.notify_all();
    own.notify_all();
  }
}

TEST(ClockTest, WhoComesWhenTheTimeHasComeDoesNotWait) {
  SimulatedClock clock;
  clock.advance_to(10);
  Mutex mutex;
  ConditionVariable condition;
  std::atomic<bool> returned{false};
  std::jthread late([&] {
    const MutexLock lock(mutex);
    clock.wait_until(condition, mutex, 10, false);
    returned = true;
  });
  wait_patiently([&] { return returned.load(); });
  EXPECT_TRUE(returned);
  while (!returned) {  // so that the test ends
    const MutexLock lock(mutex);
    condition.notify_all();
  }
}

TEST(ClockTest, ANotificationWakesBeforeTheTime) {
  SimulatedClock clock;
  Mutex mutex;
  ConditionVariable condition;
  bool told = false;
  std::thread waiter([&] {
    const MutexLock lock(mutex);
    while (!told) clock.wait_until(condition, mutex, never, false);
  });
  while (clock.waiting() == 0) std::this_thread::yield();
  {
    const MutexLock lock(mutex);
    told = true;
    condition.notify_all();
  }
  waiter.join();
  EXPECT_EQ(clock.now(), 0);
}

TEST(ClockTest, SteadyTimeComesByItself) {
  SteadyClock& clock = SteadyClock::instance();
  Mutex mutex;
  ConditionVariable condition;
  const TimeNs deadline_ns = clock.now() + 2'000'000;
  const MutexLock lock(mutex);
  while (clock.now() < deadline_ns) clock.wait_until(condition, mutex, deadline_ns, false);
  EXPECT_GE(clock.now(), deadline_ns);
}

}  // namespace
}  // namespace contend
