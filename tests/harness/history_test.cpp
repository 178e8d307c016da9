#include "stress/support/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace contend {
namespace {

struct Call {
  int answer = 0;
};

TEST(HistoryTest, KeepsCallsInOrderWithIntervalsThatDoNotOverlap) {
  ThreadHistory<Call> history(3, 10);
  for (int i = 0; i < 10; ++i) history.record([&](Call& call) { call.answer = i; });
  ASSERT_EQ(history.calls().size(), 10U);
  std::uint64_t last = 0;
  for (int i = 0; i < 10; ++i) {
    const Timed<Call>& timed = history.calls()[static_cast<std::size_t>(i)];
    EXPECT_EQ(timed.operation.answer, i);
    EXPECT_EQ(timed.thread, 3);
    EXPECT_LT(last, timed.begin);
    EXPECT_LE(timed.begin, timed.end);
    last = timed.end;
  }
}

// Prints what recording one call costs. The bound is for a busy machine and
// sanitizers.
TEST(HistoryTest, RecordingIsCheapBesideACall) {
  constexpr int calls = 100'000;
  double best_ns = 1e9;
  for (int round = 0; round < 5; ++round) {
    ThreadHistory<Call> history(0, calls);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) history.record([&](Call& call) { call.answer = i; });
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best_ns = std::min(best_ns, took.count() / calls);
  }
  std::printf("recording a call costs %.1f ns\n", best_ns);
  EXPECT_LT(best_ns, 2000);
}

}  // namespace
}  // namespace contend
