#include "impls/sync/single_flight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "stress/round/threads.hpp"

namespace contend {
namespace {

using Flights = SingleFlight<std::string>;

constexpr auto nothing_found = [] { return false; };
constexpr auto keep_nothing = [](const std::string&) {};

TEST(SingleFlightTest, OneLoadsAndAllGetItsValue) {
  Flights flights;
  std::string kept;
  std::atomic<int> loads{0};
  std::atomic<int> answered{0};
  run_threads(4, [&](int) {
    flights.share(
        "k", [&] { return !kept.empty(); },
        [&] {
          ++loads;
          std::this_thread::yield();
          return std::string("v");
        },
        [&](const std::string& value) { kept = value; },
        [&](const std::string& value) { answered += value == "v" ? 1 : 100; });
  });
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(kept, "v");
  EXPECT_GE(answered, 1);
  EXPECT_LE(answered, 4) << "somebody was answered with another value";
}

TEST(SingleFlightTest, AnExceptionReachesAllWhoJoinedAndTheNextBeginsAnew) {
  Flights flights;
  const auto mine = flights.board("k", nothing_found);
  ASSERT_TRUE(mine.mine);
  std::atomic<int> boarded{0};
  std::atomic<int> thrown{0};
  std::vector<std::jthread> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.emplace_back([&] {
      const auto joined = flights.board("k", nothing_found);
      ++boarded;
      try {
        joined.flight->wait();
      } catch (const std::runtime_error&) {
        ++thrown;
      }
    });
  }
  while (boarded < 3) std::this_thread::yield();
  flights.fail(*mine.flight, std::make_exception_ptr(std::runtime_error("no row")));
  waiters.clear();
  EXPECT_EQ(thrown, 3);
  EXPECT_TRUE(flights.board("k", nothing_found).mine);
}

TEST(SingleFlightTest, AnOvertakenLoadKeepsNothingAndTheNextBeginsAnew) {
  Flights flights;
  std::map<std::string, std::string> kept;
  const auto old = flights.board("k", nothing_found);
  const auto other = flights.board("other", nothing_found);
  EXPECT_EQ(flights.overtake("k", [&] { return kept.size(); }), 0U);
  const auto fresh = flights.board("k", nothing_found);
  EXPECT_TRUE(fresh.mine);
  EXPECT_NE(fresh.flight, old.flight);
  const auto keep = [&](const std::string& value) { kept["k"] = value; };
  flights.land(*old.flight, "old", keep);
  EXPECT_TRUE(kept.empty());
  EXPECT_FALSE(flights.board("k", nothing_found).mine) << "the end of the old load has taken the fresh one with it";
  flights.land(*fresh.flight, "fresh", keep);
  EXPECT_EQ(kept["k"], "fresh");
  EXPECT_EQ(flights.board("k", [&] { return kept.contains("k"); }).flight, nullptr);
  EXPECT_FALSE(flights.board("other", nothing_found).mine) << "another key was overtaken";
  flights.land(*other.flight, "", keep_nothing);
}

TEST(SingleFlightTest, ALoaderThatWaitsForItsOwnLoadIsToldSo) {
  Flights flights;
  const auto ask = [&](const auto& load) {
    return flights.share("k", nothing_found, load, keep_nothing, [](const std::string&) {});
  };
  const auto inner = [&]() -> std::string {
    ask([] { return std::string(); });
    return {};
  };
  EXPECT_THROW(ask(inner), std::logic_error);
  EXPECT_EQ(ask([] { return std::string(); }), Flights::Share::loaded) << "the failed load is gone";
}

TEST(SingleFlightTest, WhatThrowsWhileItIsKeptFailsTheLoad) {
  Flights flights;
  const auto full = [](const std::string&) { throw std::bad_alloc(); };
  EXPECT_THROW(flights.share(
                   "k", nothing_found, [] { return std::string("v"); }, full, [](const std::string&) {}),
               std::bad_alloc);
  EXPECT_TRUE(flights.board("k", nothing_found).mine);
}

}  // namespace
}  // namespace contend
