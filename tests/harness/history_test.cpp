#include "stress/round/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

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

// A call has not ended before what it stored is visible: whoever is told that it has ended, by the clock alone, sees it.
TEST(HistoryTest, ACallEndsBehindWhatItStored) {
  constexpr int stores = 200'000;
  std::vector<std::uint64_t> stored_at(stores + 1);
  std::vector<std::pair<int, std::uint64_t>> seen;  // value, and a time before it was read
  seen.reserve(stores);
  std::atomic<int> value{0};
  std::jthread writer([&] {
    for (int i = 1; i <= stores; ++i) {
      value.store(i, std::memory_order_release);
      stored_at[static_cast<std::size_t>(i)] = ticks_after_call();
    }
  });
  while (seen.size() < seen.capacity() && (seen.empty() || seen.back().first < stores)) {
    const std::uint64_t before = ticks_before_call();
    seen.emplace_back(value.load(std::memory_order_acquire), before);
  }
  writer.join();
  for (const auto& [got, before] : seen) {
    if (got < stores) {
      ASSERT_GE(stored_at[static_cast<std::size_t>(got) + 1], before)
          << "read " << got << " after " << got + 1 << " ended";
    }
  }
}

// Prints what recording one call costs. The bound is for a busy machine and sanitizers.
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
