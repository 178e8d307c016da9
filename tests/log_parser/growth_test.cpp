// The memory of a log parser in bytes: what waits is parsed and goes, windows that have gone by are overwritten, what is
// kept has a bound in bytes, and refused feeds take nothing.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/allocation_faults.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {
namespace {

class LogParserGrowthTest : public testing::TestWithParam<Implementation<LogParser>> {
 protected:
  // Bytes more than `before`.
  static std::size_t more_than(std::size_t before) { return allocated_bytes() - std::min(allocated_bytes(), before); }
};
INSTANTIATE_TEST_SUITE_P(Implementations, LogParserGrowthTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

constexpr std::size_t kib = 1024;

// An hour of errors with the same few keys, a line a second.
std::string hour(int number) {
  std::string text;
  for (int second = 0; second < 3600; ++second) {
    text += fmt::format("2024-03-{:02} {:02}:{:02}:{:02},000 ERROR in part {} of it\n", 1 + number / 24, number % 24,
                        second / 60, second % 60, std::string(1, static_cast<char>('a' + second % 7)));
  }
  return text;
}

TEST_P(LogParserGrowthTest, TimeThatGoesByTakesNoMemory) {
  LogParser::Options options = small_options();
  options.keep = KeepEvents::nothing;
  const auto parser = GetParam().make(options);
  for (int i = 0; i < 24; ++i) parser->feed("s", hour(i));
  parser->drain();
  const std::size_t before = allocated_bytes();
  for (int i = 24; i < 240; ++i) parser->feed("s", hour(i));
  parser->drain();
  EXPECT_LT(more_than(before), 256 * kib) << "of 780,000 lines";
  EXPECT_EQ(parser->report().totals.lines, 240U * 3600U);
}

TEST_P(LogParserGrowthTest, WhatIsKeptHasABoundInBytes) {
  LogParser::Options options = small_options();
  options.max_kept_bytes = 100'000;
  const auto parser = GetParam().make(options);
  const std::string long_line = "2024-03-01 00:00:00,000 INFO " + std::string(10'000, 'x') + "\n";
  parser->feed("s", long_line);
  parser->drain();
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 2000; ++i) parser->feed("s", long_line);
  parser->finish();
  EXPECT_LT(more_than(before), 512 * kib) << "of 20 MB";
  const Report report = parser->report();
  const std::vector<Event> events = parser->take_events();
  EXPECT_LE(events.size(), 9U);
  EXPECT_GE(events.size(), 8U);
  EXPECT_EQ(report.totals.unkept + events.size(), 2001U);
}

TEST_P(LogParserGrowthTest, RefusedFeedsTakeNothing) {
  LogParser::Options options = small_options();
  options.max_streams = 1;
  const auto parser = GetParam().make(options);
  parser->feed("only", "x\n");
  parser->drain();
  const std::string text(1 << 16, 'x');
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(parser->feed(fmt::format("other {}", i), text), FeedStatus::too_many_streams);
    ASSERT_EQ(parser->feed(std::string(300, 'n'), text), FeedStatus::invalid_stream);
  }
  EXPECT_LT(more_than(before), 64 * kib);
}

// One long feed takes no more than many short ones, whatever its lines are: they are parsed and counted block by block.
TEST_P(LogParserGrowthTest, AFeedTakesNoMemoryForEachOfItsLines) {
  const auto repeated = [](std::string_view line, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += line;
    return text;
  };
  const struct {
    Format format;
    std::string text;
  } feeds[] = {
      {Format::json_lines, repeated("\n", 8 << 20)},
      {Format::syslog, repeated("Mar  1 12:00:00\n", 8 << 20)},
      {Format::log4j, repeated("2024-03-01 12:00:00,000 ERROR x\n", 8 << 20)},
      {Format::json_lines, repeated("{\"level\":\"error\",\"ts\":1}\n{\"level\":\"error\",\"ts\":11}\n", 8 << 20)}};
  for (const auto& feed : feeds) {
    LogParser::Options options;
    options.format = feed.format;
    options.keep = KeepEvents::nothing;
    const auto parser = GetParam().make(options);
    const auto kept_alive = std::make_shared<const std::string>(feed.text);
    parser->feed("s", "\n");
    parser->drain();
    const AllocationPeak peak;
    const std::size_t before = allocated_bytes();
    parser->feed("s", *kept_alive, 0, kept_alive);
    parser->drain();
    EXPECT_LT(peak.bytes(), 12U << 20) << to_string(feed.format) << ", of 8 MiB";
    EXPECT_LT(more_than(before), 8U << 20) << to_string(feed.format) << ", kept for the next";
  }
}

TEST_P(LogParserGrowthTest, WhatADistinctErrorTookIsGivenBack) {
  LogParser::Options options;
  options.keep = KeepEvents::nothing;
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += fmt::format("2024-03-01 12:00:00,000 ERROR {}{}{}\n", static_cast<char>('g' + i % 19),
                        static_cast<char>('g' + i / 19 % 19), std::string(static_cast<std::size_t>(i / 361 % 90), 'z'));
  }
  const auto parser = GetParam().make(options);
  parser->feed("s", text);
  parser->drain();
  const std::size_t of_parser = allocated_bytes();
  for (int i = 0; i < 20; ++i) parser->feed("s", text);
  parser->drain();
  EXPECT_LT(more_than(of_parser), 16U << 20) << "the keys are the same, if counted again by each thread";
}

// A feed of a byte counts for more than a byte.
TEST_P(LogParserGrowthTest, ManySmallFeedsThatWaitHaveABound) {
  LogParser::Options options;
  options.keep = KeepEvents::nothing;
  options.max_pending_bytes = 1 << 20;
  const auto parser = GetParam().make(options);
  parser->feed("s", "x");
  parser->drain();
  const AllocationPeak peak;
  for (int i = 0; i < 100'000; ++i) parser->feed("s", "x");
  EXPECT_LT(peak.bytes(), 3U << 20);
}

// What waits holds what keeps its bytes alive: of all feeders together there is never more of it than may wait.
TEST_P(LogParserGrowthTest, FeedersThatWakeTogetherKeepToTheBoundTogether) {
  constexpr std::ptrdiff_t may_wait = 2;
  const std::string text = "2024-03-01 12:00:00,000 INFO " + std::string(370, 'x') + "\n";
  LogParser::Options options;
  options.keep = KeepEvents::nothing;
  options.max_pending_bytes = may_wait * text.size();
  const auto parser = GetParam().make(options);
  std::atomic<std::ptrdiff_t> fed{0};
  std::atomic<std::ptrdiff_t> parsed{0};
  std::atomic<std::ptrdiff_t> most{0};
  // The last that happens to a piece is slow, so that all others come to wait for room.
  const auto let_go = [&](const int*) {
    ++parsed;
    for (int i = 0; i < 200; ++i) std::this_thread::yield();
    const std::ptrdiff_t before = fed;
    const std::ptrdiff_t waiting = before - parsed;
    for (std::ptrdiff_t known = most; waiting > known && !most.compare_exchange_weak(known, waiting);) {
    }
  };
  std::vector<std::jthread> feeders;
  for (int feeder = 0; feeder < 6; ++feeder) {
    feeders.emplace_back([&, feeder] {
      static constexpr int nothing = 0;
      for (int i = 0; i < 30; ++i) {
        parser->feed(fmt::format("stream {}", feeder), text, 0, std::shared_ptr<const int>(&nothing, let_go));
        ++fed;
      }
    });
  }
  feeders.clear();
  parser->finish();
  EXPECT_LE(most, may_wait);
  EXPECT_EQ(parsed, 6 * 30);
}

// A line without an end is kept up to its limit and no further.
TEST_P(LogParserGrowthTest, ALineWithoutEndIsCutOff) {
  LogParser::Options options = small_options();
  options.max_event_bytes = 4 * kib;
  const auto parser = GetParam().make(options);
  parser->feed("s", "2024-03-01 00:00:00,000 INFO ");
  parser->drain();
  const std::size_t before = allocated_bytes();
  for (int i = 0; i < 1000; ++i) parser->feed("s", std::string(10 * kib, 'x'));
  parser->drain();
  EXPECT_LT(more_than(before), 256 * kib);
}

// --- times at the ends of what there is ---

TEST_P(LogParserGrowthTest, TimesFarApartAreComparedAndNotSubtracted) {
  const auto parser = GetParam().make(small_options());
  parser->feed("s", "2024-03-01 00:00:00,000 INFO open\n", std::numeric_limits<TimeNs>::min());
  parser->flush_idle(std::numeric_limits<TimeNs>::max());
  parser->drain();
  EXPECT_EQ(parser->take_events().size(), 1U);
  parser->feed("s", "2024-03-01 00:00:01,000 INFO open\n", std::numeric_limits<TimeNs>::max());
  parser->flush_idle(std::numeric_limits<TimeNs>::min());
  parser->drain();
  EXPECT_TRUE(parser->take_events().empty());
}

TEST_P(LogParserGrowthTest, WindowsThatReachBackBeforeAllTimesEndAtTheEarliest) {
  LogParser::Options options = small_options();
  options.slide_ns = max_log_duration_ns;
  options.window_ns = max_log_duration_ns;
  options.windows = 4096;
  const auto parser = GetParam().make(options);
  parser->feed("s", "2024-03-01 00:00:00,000 INFO one\n");
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(contradiction(report), "");
  EXPECT_EQ(report.windows.front().end_ns, std::numeric_limits<TimeNs>::min());
  EXPECT_TRUE(std::ranges::is_sorted(report.windows, {}, &WindowCount::end_ns));
}

}  // namespace
}  // namespace contend::log_parser
