// When events are late, what windows count, and which errors are the most, over every implementation.

#include <fmt/core.h>

#include <map>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;

class LogWindowsTest : public LogParserFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogWindowsTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogWindowsTest, WhatIsLateBeyondTheAllowanceIsCountedApart) {
  LogParser::Options options = small_options();
  options.allowed_lateness_ns = 10 * second_ns;
  const auto parser = make(options);
  parser->feed("s", "2024-03-01 00:01:00 ERROR a\n2024-03-01 00:00:50 ERROR b\n2024-03-01 00:00:49 ERROR c\n");
  // Another stream has a watermark of its own.
  parser->feed("t", "2024-03-01 00:00:30 ERROR d\n");
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(contradiction(report), "");
  EXPECT_EQ(report.totals.late, 1U);
  EXPECT_EQ(report.totals.late_errors, 1U);
  EXPECT_EQ(report.all_time.errors, 3U);
  const auto events = parser->take_events();
  EXPECT_FALSE(events[1].late) << "exactly at the allowance";
  EXPECT_TRUE(events[2].late);
}

std::string at_second(int second, std::string_view rest) {
  return fmt::format("2024-03-01 00:{:02}:{:02} {}\n", second / 60, second % 60, rest);
}

LogParser::Options window_options() {
  LogParser::Options options = small_options();
  options.window_ns = 30 * second_ns;
  options.slide_ns = 10 * second_ns;
  options.windows = 3;
  options.allowed_lateness_ns = 600 * second_ns;
  return options;
}

TEST_P(LogWindowsTest, WindowsAreHalfOpenAndSlide) {
  const auto parser = make(window_options());
  std::string text;
  for (const int second : {0, 9, 10, 29, 30, 59}) text += at_second(second, second % 2 == 0 ? "INFO a" : "ERROR b");
  parser->feed("s", text);
  parser->finish();
  const Report report = parser->report();
  EXPECT_THAT(report.windows,
              ElementsAre(WindowCount{march_ns + 40 * second_ns, 3, 1}, WindowCount{march_ns + 50 * second_ns, 2, 1},
                          WindowCount{march_ns + 60 * second_ns, 2, 1}));
  EXPECT_EQ(report.windowed, 4U);
  EXPECT_EQ(report.retired, 2U);
  EXPECT_EQ(report.newest_window.errors, 1U);
  EXPECT_EQ(report.all_time.errors, 3U);
}

TEST_P(LogWindowsTest, WindowsCountAsByHand) {
  const auto parser = make(window_options());
  std::string text;
  std::map<int, std::uint64_t> by_second;
  for (int i = 0; i < 500; ++i) {
    const int second = (i * 37) % 60 + i / 5;  // jumps about, and grows
    ++by_second[second];
    text += at_second(second, "ERROR x");
  }
  parser->feed("s", text);
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(contradiction(report), "");
  ASSERT_EQ(report.windows.size(), 3U);
  EXPECT_EQ(report.windows[2].end_ns, march_ns + (by_second.rbegin()->first / 10 + 1) * 10 * second_ns);
  for (const WindowCount& window : report.windows) {
    std::uint64_t expected = 0;
    for (const auto& [second, count] : by_second) {
      const TimeNs time_ns = march_ns + second * second_ns;
      if (time_ns >= window.end_ns - 30 * second_ns && time_ns < window.end_ns) expected += count;
    }
    EXPECT_EQ(window.events, expected) << window.end_ns;
  }
}

TEST_P(LogWindowsTest, IdleTimeMovesTheWindows) {
  const auto parser = make(window_options());
  parser->feed("s", at_second(5, "ERROR a") + at_second(15, "INFO end"));
  parser->finish();
  EXPECT_EQ(parser->report().newest_window.errors, 1U);
  parser->advance_windows(march_ns + 30 * second_ns);  // the window is [10, 40) now
  EXPECT_EQ(parser->report().windows.back(), (WindowCount{march_ns + 40 * second_ns, 1, 0}));
  EXPECT_EQ(parser->report().newest_window.errors, 0U);
  parser->advance_windows(march_ns);
  EXPECT_EQ(parser->report().windows.back().end_ns, march_ns + 40 * second_ns) << "windows do not go back";
  parser->advance_windows(march_ns + 3600 * second_ns);
  const Report report = parser->report();
  EXPECT_EQ(report.windowed, 0U);
  EXPECT_EQ(report.retired, 2U);
  EXPECT_EQ(report.all_time.errors, 1U);
  EXPECT_EQ(contradiction(report), "");
}

TEST_P(LogWindowsTest, AnEventBehindAllWindowsIsRetiredAtOnce) {
  const auto parser = make(window_options());
  parser->feed("s", at_second(300, "INFO a") + at_second(0, "ERROR b"));
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(report.totals.late, 0U);
  EXPECT_EQ(report.windowed, 1U);
  EXPECT_EQ(report.retired, 1U);
  EXPECT_EQ(report.all_time.errors, 1U);
}

TEST_P(LogWindowsTest, TopErrorsAreExactOrderedByCountThenKeyAndMayBeFewerThanK) {
  LogParser::Options options = window_options();
  options.k = 3;
  const auto parser = make(options);
  std::string text;
  for (const std::string_view key : {"c", "b", "a", "d", "b", "c"})
    text += at_second(1, fmt::format("ERROR {} 7", key));
  parser->feed("s", text);
  parser->feed("t", at_second(2, "FATAL a") + at_second(3, "WARN w"));
  parser->finish();
  const Report report = parser->report();
  EXPECT_THAT(report.all_time.top, ElementsAre(ErrorCount{"b <num>", 2}, ErrorCount{"c <num>", 2}, ErrorCount{"a", 1}));
  EXPECT_EQ(report.all_time.distinct, 5U);
  EXPECT_EQ(report.all_time.errors, 7U);
  EXPECT_EQ(report.newest_window, report.all_time);
  options.k = max_top;
  const auto wide = make(options);
  wide->feed("s", text);
  wide->finish();
  EXPECT_EQ(wide->report().all_time.top.size(), 4U) << "k is more than there are";
}

TEST_P(LogWindowsTest, KeepsNoMoreEventsThanAskedForAndCountsTheRest) {
  LogParser::Options options = small_options();
  options.max_kept_events = 2;
  const auto parser = make(options);
  std::string text;
  for (int i = 0; i < 5; ++i) text += at_second(i, "INFO a");
  parser->feed("s", text);
  parser->drain();
  EXPECT_EQ(parser->take_events().size(), 2U);
  EXPECT_EQ(parser->report().totals.unkept, 2U) << "the fifth is open";
  parser->finish();
  EXPECT_EQ(parser->take_events().size(), 1U) << "taking makes room";
  options.keep = KeepEvents::nothing;
  EXPECT_TRUE(parse(options, text).empty());
}

}  // namespace
}  // namespace contend::log_parser
