#include "stress/driver/preemption.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

namespace contend {
namespace {

// How often the calling thread has gone to sleep by itself. A thread that only computes never does: a busy machine takes the
// processor away from it, which the kernel counts elsewhere. The pauses of the preemption are such sleeps.
long sleeps_of_this_thread() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

std::chrono::nanoseconds processor_time_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Computes until the thread has been sent to sleep `enough` times, or has used up the processor time it was given. Says how often
// it slept. Counted in its own processor time, for nobody knows when a busy machine gives it some.
long sleeps_while_computing(long enough, std::chrono::nanoseconds most) {
  const long slept_before = sleeps_of_this_thread();
  const auto end = processor_time_of_this_thread() + most;
  long slept = 0;
  while (slept < enough && processor_time_of_this_thread() < end) slept = sleeps_of_this_thread() - slept_before;
  return slept;
}

constexpr long many = 60;
constexpr std::chrono::seconds long_time{5};

TEST(PreemptionTest, SendsOtherThreadsAwayAsLongAsItLives) {
  long slept = 0;
  {
    const RandomPreemption preemption(1);
    std::jthread([&] { slept = sleeps_while_computing(many, long_time); }).join();
  }
  EXPECT_GE(slept, many);
  // While it lived, a thread slept after 200 microseconds at the latest: a thousand times in this time.
  std::jthread([&] { slept = sleeps_while_computing(many, std::chrono::milliseconds(200)); }).join();
  EXPECT_LT(slept, many);
}

TEST(PreemptionTest, HandsOnWhatReachesTheThreadThatMadeIt) {
  const RandomPreemption preemption(1);
  std::atomic<bool> done{false};
  long slept = 0;
  std::jthread other([&] {
    slept = sleeps_while_computing(many, long_time);
    done = true;
  });
  while (!done) static_cast<void>(processor_time_of_this_thread());
  other.join();
  EXPECT_GE(slept, many);
}

TEST(PreemptionTest, SparesTheThreadThatMakesIt) {
  const RandomPreemption preemption(1);
  const long slept_before = sleeps_of_this_thread();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(std::raise(SIGURG), 0);
  EXPECT_LT(sleeps_of_this_thread() - slept_before, many);
}

}  // namespace
}  // namespace contend
