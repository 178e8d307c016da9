// What callers walk round while they are measured, and who asks them afterwards.

#include "bench/workload/ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "bench/workload/callers.hpp"
#include "bench/workload/zipf.hpp"

namespace contend {
namespace {

using testing::ElementsAre;

std::shared_ptr<const std::vector<int>> zero_to(int n) {
  auto numbers = std::make_shared<std::vector<int>>();
  for (int i = 0; i < n; ++i) numbers->push_back(i);
  return numbers;
}

std::vector<int> take(Ring<int>& ring, int count) {
  std::vector<int> taken;
  for (int i = 0; i < count; ++i) taken.push_back(ring.cursor().next());
  return taken;
}

TEST(RingTest, BeginsAgainAtTheEnd) {
  Ring<int> ring(zero_to(3));
  EXPECT_THAT(take(ring, 3), ElementsAre(0, 1, 2));
  EXPECT_EQ(ring.cursor().laps(), 0U) << "the lap begins with the operation, not with the end of the last";
  EXPECT_THAT(take(ring, 4), ElementsAre(0, 1, 2, 0));
  EXPECT_EQ(ring.cursor().laps(), 2U);
}

TEST(RingTest, CallersThatShareTakeTurns) {
  const auto shared = zero_to(5);
  Ring<int> first(shared, 0, 2);
  Ring<int> second(shared, 1, 2);
  EXPECT_THAT(take(first, 6), ElementsAre(0, 2, 4, 1, 3, 0));
  EXPECT_THAT(take(second, 6), ElementsAre(1, 3, 0, 2, 4, 1));
  Ring<int> beyond(zero_to(2), 3, 4);
  EXPECT_THAT(take(beyond, 2), ElementsAre(1, 1)) << "more callers than operations";
  EXPECT_EQ(beyond.cursor().laps(), 3U);
}

TEST(RingTest, TheClockMovesOnByAMicrosecondAnOperation) {
  Ring<int> ring(zero_to(2));
  take(ring, 5);
  EXPECT_EQ(ring.cursor().now_ns(), 5000);
}

TEST(RingTest, WhatIsDrawnDependsOnTheSeedAlone) {
  const auto drawn = [](std::uint64_t seed) {
    auto ring = draw_ring(100, seed, [](std::mt19937_64& random) { return static_cast<int>(random() % 1000); });
    return take(ring, 100);
  };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
}

TEST(ZipfTest, IsMadeOnceForEachSizeAndExponent) {
  EXPECT_EQ(&zipf(10, 0.5), &zipf(10, 0.5));
  EXPECT_NE(&zipf(10, 0.5), &zipf(10, 0.6));
  EXPECT_NE(&zipf(10, 0.5), &zipf(11, 0.5));
}

class CountingCaller {
 public:
  explicit CountingCaller(int number) : number_(number) {}
  void call() { ++calls_; }
  std::uint32_t operations_per_call() const { return 7; }
  std::uint64_t calls() const { return calls_; }
  int number() const { return number_; }

 private:
  const int number_;
  std::uint64_t calls_ = 0;
};

class CountingSubject final : public CallerSubject<int, CountingCaller> {
 public:
  CountingSubject() : CallerSubject(std::make_unique<int>(0)) {}
  void prefill() override {}
  std::string validate_state() override { return ""; }
  std::size_t entries() const override { return 0; }
  std::uint64_t calls() const { return sum(&CountingCaller::calls); }
  int number_of(std::size_t place) const { return callers()[place]->number(); }

 private:
  CountingCaller make_caller(int number, std::uint64_t) override { return CountingCaller(number); }
};

TEST(CallersTest, ASubjectSumsWhatItsCallersSaw) {
  CountingSubject subject;
  const auto first = subject.make_worker(0, 1);
  const auto second = subject.make_worker(1, 1);
  first->run(3);
  second->run(4);
  EXPECT_EQ(subject.calls(), 7U);
  EXPECT_EQ(subject.number_of(1), 1);
  EXPECT_EQ(first->operations_per_call(), 7U);
}

class SummingCaller : public RingCaller<int> {
 public:
  SummingCaller() : RingCaller(Ring<int>(zero_to(3))) {}
  void call(Cursor& cursor) { total_ += cursor.next(); }
  int total() const { return total_; }

 private:
  int total_ = 0;
};

TEST(CallersTest, ARingGoesOnWhereTheLastRunLeftIt) {
  CallerWorker<SummingCaller> worker([] { return SummingCaller(); });
  worker.run(2);
  worker.run(2);
  EXPECT_EQ(worker.caller().total(), 0 + 1 + 2 + 0);
  EXPECT_EQ(worker.caller().ring().cursor().now_ns(), 4000);
}

}  // namespace
}  // namespace contend
