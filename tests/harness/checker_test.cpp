#include "stress/linearizability/checker.hpp"
#include "stress/linearizability/shrink.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

namespace contend {
namespace {

// A register: write(v), read -> v, and swap(v) -> old.
struct Call {
  enum class Kind { read, write, swap } kind = Kind::read;
  int in = 0;
  int out = 0;
};
struct RegisterModel {
  using Operation = Call;
  using State = int;
  State initial() const { return 0; }
  bool step(State& state, const Call& call) const {
    const int old = state;
    if (call.kind != Call::Kind::read) state = call.in;
    return call.kind == Call::Kind::write || call.out == old;
  }
  std::uint64_t fingerprint(State state) const { return static_cast<std::uint64_t>(state); }
  bool only_looks(const Call& call) const { return call.kind == Call::Kind::read; }
};
using History = std::vector<Timed<Call>>;

Call read(int out) {
  return {Call::Kind::read, 0, out};
}
Call write(int in) {
  return {Call::Kind::write, in, 0};
}
Call swap(int in, int out) {
  return {Call::Kind::swap, in, out};
}

Verdict check(const History& history) {
  return LinearizabilityChecker<RegisterModel>().check(history).verdict;
}

TEST(CheckerTest, AnEmptyHistoryIsFine) {
  EXPECT_EQ(check({}), Verdict::ok);
}

TEST(CheckerTest, OverlappingCallsMayTakeEffectInAnyOrder) {
  EXPECT_EQ(check({{0, 10, 0, write(1)}, {5, 15, 1, read(0)}}), Verdict::ok);
  EXPECT_EQ(check({{0, 10, 0, write(1)}, {5, 15, 1, read(1)}}), Verdict::ok);
}

TEST(CheckerTest, AStaleReadIsIllegal) {
  EXPECT_EQ(check({{0, 10, 0, write(1)}, {11, 15, 1, read(0)}}), Verdict::illegal);
}

TEST(CheckerTest, ReadsThatSeeTheNewAndThenTheOldValueAreIllegal) {
  EXPECT_EQ(check({{0, 100, 0, write(1)}, {10, 20, 1, read(1)}, {30, 40, 1, read(0)}}), Verdict::illegal);
}

TEST(CheckerTest, ALostUpdateIsIllegal) {
  EXPECT_EQ(check({{0, 10, 0, swap(1, 0)}, {0, 10, 1, swap(2, 0)}}), Verdict::illegal);
  EXPECT_EQ(check({{0, 10, 0, swap(1, 0)}, {0, 10, 1, swap(2, 1)}}), Verdict::ok);
}

TEST(CheckerTest, ACallThatNeverReturnedMayHaveHappenedOrNot) {
  EXPECT_EQ(check({{0, never_returned, 0, write(1)}, {5, 6, 1, read(0)}, {7, 8, 1, read(1)}}), Verdict::ok);
  EXPECT_EQ(check({{0, never_returned, 0, write(1)}, {5, 6, 1, read(0)}}), Verdict::ok);
  EXPECT_EQ(check({{0, never_returned, 0, write(1)}, {5, 6, 1, read(1)}, {7, 8, 1, read(0)}}), Verdict::illegal);
}

TEST(CheckerTest, SaysUnknownWhenItRunsOutOfSteps) {
  History history;
  for (int i = 0; i < 20; ++i) history.push_back({0, 100, i, write(i)});
  history.push_back({101, 102, 0, read(77)});
  const CheckResult result = LinearizabilityChecker<RegisterModel>({}, {.max_steps = 50}).check(history);
  EXPECT_EQ(result.verdict, Verdict::unknown);
}

TEST(CheckerTest, TheSmallestIllegalPrefixStopsWhereTheModelGotStuck) {
  const History history{{0, 1, 0, write(1)}, {2, 3, 0, read(1)}, {4, 5, 0, read(7)}, {6, 7, 0, write(2)}};
  EXPECT_EQ(smallest_illegal_prefix<RegisterModel>(history).size(), 3u);
}

TEST(CheckerTest, TheSmallestIllegalPartLeavesOutWhatOnlyLooked) {
  History history;
  for (std::uint64_t i = 0; i < 40; ++i) history.push_back({2 * i, 2 * i + 1, 0, read(0)});
  history.push_back({100, 101, 0, write(1)});
  for (std::uint64_t i = 60; i < 100; ++i) history.push_back({2 * i, 2 * i + 1, 0, read(1)});
  history.push_back({300, 301, 1, read(0)});
  history.push_back({302, 303, 1, read(1)});
  const History part = smallest_illegal_part<RegisterModel>(history);
  ASSERT_EQ(part.size(), 2u);
  EXPECT_EQ(part[0].begin, 100u);
  EXPECT_EQ(part[1].begin, 300u);
}

// All orders that respect real time, tried one by one.
bool brute_force(const History& history) {
  std::vector<std::size_t> order(history.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  do {
    bool respects = true;
    for (std::size_t i = 0; i < order.size() && respects; ++i) {
      for (std::size_t j = i + 1; j < order.size(); ++j) {
        respects = respects && history[order[j]].end >= history[order[i]].begin;
      }
    }
    if (!respects) continue;
    int state = 0;
    const bool accepted =
        std::ranges::all_of(order, [&](std::size_t i) { return RegisterModel().step(state, history[i].operation); });
    if (accepted) return true;
  } while (std::ranges::next_permutation(order).found);
  return false;
}

TEST(CheckerTest, AgreesWithTryingEveryOrder) {
  std::mt19937_64 random(1);
  int legal = 0;
  constexpr int histories = 5000;
  for (int i = 0; i < histories; ++i) {
    History history;
    std::vector<std::uint64_t> free_from(3, 0);
    for (int j = 0; j < 6; ++j) {
      const std::size_t thread = random() % 3;
      Timed<Call> timed;
      timed.thread = static_cast<int>(thread);
      timed.begin = free_from[thread] + random() % 5;
      timed.end = timed.begin + 1 + random() % 8;
      free_from[thread] = timed.end + 1;
      timed.operation = {static_cast<Call::Kind>(random() % 3), static_cast<int>(random() % 3),
                         static_cast<int>(random() % 3)};
      history.push_back(timed);
    }
    const bool expected = brute_force(history);
    legal += expected ? 1 : 0;
    ASSERT_EQ(check(history), expected ? Verdict::ok : Verdict::illegal) << "history " << i;
  }
  EXPECT_GT(legal, histories / 20) << "both verdicts must occur for the agreement to mean something";
  EXPECT_LT(legal, histories * 19 / 20);
}

// The size that the project promises: a million operations of eight threads on a thousand keys. The bound is generous
// for sanitizers and busy machines; the figure itself is recorded with the test's output.
TEST(CheckerTest, DecidesAMillionOperationsKeyByKey) {
  constexpr int keys = 1000;
  constexpr int threads = 8;
  constexpr int per_key = 1000;
  std::mt19937_64 random(3);
  std::vector<History> by_key(keys);
  for (History& history : by_key) {
    // A legal history: operations take effect at spaced instants, each inside an interval that overlaps several others.
    int state = 0;
    std::vector<std::uint64_t> free_from(threads, 0);
    for (int i = 0; i < per_key; ++i) {
      const std::uint64_t instant = 100 + 10 * static_cast<std::uint64_t>(i);
      const auto thread = static_cast<std::size_t>(i % threads);
      Timed<Call> timed;
      timed.thread = static_cast<int>(thread);
      timed.begin = std::max(free_from[thread], instant - random() % 35);
      timed.end = instant + random() % 35;
      free_from[thread] = timed.end + 1;
      timed.operation = {static_cast<Call::Kind>(random() % 3), i + 1, state};
      if (timed.operation.kind != Call::Kind::read) state = i + 1;
      history.push_back(timed);
    }
  }
  const auto start = std::chrono::steady_clock::now();
  for (const History& history : by_key) ASSERT_EQ(check(history), Verdict::ok);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds", std::to_string(took.count()));
  std::printf("1,000,000 operations decided in %.3f s\n", took.count());
  EXPECT_LT(took.count(), 60);
}

}  // namespace
}  // namespace contend
