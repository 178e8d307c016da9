// Stamps in the future: one of them must not make the windows blind for all that follows.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr TimeNs day_ns = 86'400 * second_ns;
constexpr TimeNs year_2199_ns = 7'226'582'400 * second_ns;  // date -ud 2199-01-01 +%s

class LogParserFutureTest : public testing::TestWithParam<Implementation<LogParser>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogParserFutureTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogParserFutureTest, OneStampInTheFutureBlindsNoWindow) {
  const auto parser = GetParam().make(small_options());
  parser->feed("broken clock", "2199-01-01 00:00:00 ERROR x\n2199-01-01 00:00:01 ERROR y\n");
  for (int second = 0; second < 40; ++second) {
    parser->feed("good", fmt::format("2024-03-01 12:00:{:02} ERROR z\n", second));
  }
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(contradiction(report), "");
  EXPECT_EQ(report.totals.malformed[static_cast<std::size_t>(Malformed::future_timestamp)], 2U);
  EXPECT_EQ(report.windowed, 40U);
  EXPECT_EQ(report.retired, 0U);
  EXPECT_EQ(report.totals.untimed, 2U);
  EXPECT_EQ(report.newest_window.errors, 40U);
}

TEST_P(LogParserFutureTest, ItInheritsTheTimeBeforeIt) {
  const auto parser = GetParam().make(small_options());
  parser->feed("s", "2024-03-01 12:00:00 INFO a\n2199-01-01 00:00:00 INFO b\n2024-03-01 12:00:01 INFO c\n");
  parser->finish();
  const std::vector<Event> events = parser->take_events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].malformed, Malformed::future_timestamp);
  EXPECT_TRUE(events[1].inherited_time);
  EXPECT_EQ(events[1].time_ns, events[0].time_ns);
  EXPECT_EQ(events[2].malformed, Malformed::none);
  EXPECT_FALSE(events[2].late) << "the watermark has not moved";
}

TEST_P(LogParserFutureTest, WhatIsImpossibleAnywayHasThatReason) {
  const auto parser = GetParam().make(small_options());
  parser->feed("s", "2199-01-01 00:00:00 no level here at all\n");
  parser->finish();
  EXPECT_EQ(parser->take_events().at(0).malformed, Malformed::missing_level);
}

// The present goes on with the feeds' own time.
TEST_P(LogParserFutureTest, ThePresentIsWhenTheFeedCame) {
  for (const auto& [now_ns, believed] :
       {std::pair(year_2199_ns - day_ns, true), std::pair(year_2199_ns - day_ns - 1, false), std::pair(never, true),
        std::pair(TimeNs{-1}, false)}) {
    const auto parser = GetParam().make(small_options());
    parser->feed("s", "2199-01-01 00:00:00 INFO a\n", now_ns);
    parser->finish();
    const Event event = parser->take_events().at(0);
    EXPECT_EQ(event.malformed, believed ? Malformed::none : Malformed::future_timestamp) << now_ns;
    EXPECT_EQ(event.time_ns.value_or(0), believed ? year_2199_ns : 0) << now_ns;
  }
}

// A log that was written in December and is read in November is of last year, and so is a line among others of this one.
TEST_P(LogParserFutureTest, AYearThatIsNotWrittenIsNoneToCome) {
  LogParser::Options options = small_options(Format::syslog);
  options.year = 2200;
  options.max_ahead_ns = 0;
  const auto parser = GetParam().make(options);
  parser->feed("far", "Dec 10 00:00:00 h a: 1\n");
  parser->finish();
  EXPECT_EQ(parser->take_events().at(0).malformed, Malformed::future_timestamp) << "one year less is still to come";
  options.year = 2100;
  const TimeNs january_2100_ns = 4'103'654'400 * second_ns;  // date -ud 2100-01-15 +%s
  const auto later = GetParam().make(options);
  later->feed("s", "Dec 10 00:00:00 h a: 1\nJan 14 00:00:00 h a: 2\n", january_2100_ns);
  later->finish();
  const std::vector<Event> events = later->take_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].time_ns, january_2100_ns - 36 * day_ns) << "of 2099";
  EXPECT_EQ(events[1].time_ns, january_2100_ns - day_ns);
}

TEST_P(LogParserFutureTest, HowFarAheadIsAChoice) {
  LogParser::Options options = small_options();
  options.max_ahead_ns = max_log_duration_ns;  // more than 36 years: 2199 is further, 2050 is not
  const auto parser = GetParam().make(options);
  parser->feed("s", "2050-01-01 00:00:00 INFO a\n2199-01-01 00:00:00 INFO b\n");
  parser->finish();
  const std::vector<Event> events = parser->take_events();
  EXPECT_EQ(events.at(0).malformed, Malformed::none);
  EXPECT_EQ(events.at(1).malformed, Malformed::future_timestamp);
}

}  // namespace
}  // namespace contend::log_parser
