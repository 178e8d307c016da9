#include "bench/engine/time_histogram.hpp"

#include <gtest/gtest.h>

#include <random>

namespace contend {
namespace {

// Times as they come: most short, some a thousand times as long.
std::vector<std::int64_t> some_times(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> times(6, 1.5);
  std::vector<std::int64_t> all;
  for (int i = 0; i < count; ++i) all.push_back(static_cast<std::int64_t>(times(random)));
  return all;
}

TEST(TimeHistogramTest, MergedHistogramsAreTheHistogramOfAll) {
  TimeHistogram merged;
  TimeHistogram all;
  for (std::uint64_t round = 1; round <= 5; ++round) {
    TimeHistogram of_round;
    for (const std::int64_t ns : some_times(round, 4'000)) {
      of_round.add(ns);
      all.add(ns);
    }
    EXPECT_EQ(of_round.quantile(0.999), 0) << "four samples beyond it are too few";
    EXPECT_DOUBLE_EQ(of_round.known_to(), 0.9975);
    EXPECT_GT(of_round.quantile(0.9974), 0);
    merged.merge(of_round);
  }
  EXPECT_EQ(merged.buckets(), all.buckets());
  EXPECT_GT(merged.quantile(0.999), 0);
  EXPECT_EQ(merged.quantile(0.999), all.quantile(0.999));
}

TEST(TimeHistogramTest, ACurveHoldsEveryTimeBelowItsBound) {
  const std::vector<std::int64_t> times = some_times(7, 10'000);
  TimeHistogram histogram;
  for (const std::int64_t ns : times) histogram.add(ns);
  std::uint64_t counted = 0;
  for (const auto& [upper_ns, count] : histogram.curve()) {
    counted += count;
    const auto below = std::ranges::count_if(
        times, [bound = upper_ns](std::int64_t ns) { return static_cast<std::uint64_t>(ns) < bound; });
    EXPECT_EQ(counted, static_cast<std::uint64_t>(below)) << "below " << upper_ns << " ns";
  }
  EXPECT_EQ(counted, times.size());
}

}  // namespace
}  // namespace contend
