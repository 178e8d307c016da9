// The life of a stream, of its last event and of a parser, over every implementation.

#include <stdexcept>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LogParserTest : public LogParserFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogParserTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

// --- the last event: the most reported defect in the field ---

TEST_P(LogParserTest, TheLastEventIsFlushedAtTheEndAlsoWithoutALineEnd) {
  // fluent-bit#5504 (never flushed), #8623 (dropped on exit).
  EXPECT_THAT(texts(parse(small_options(), "2024-03-01 00:00:00 INFO a\n\tb\n")),
              ElementsAre("2024-03-01 00:00:00 INFO a\n\tb"));
  EXPECT_THAT(texts(parse(small_options(), "2024-03-01 00:00:00 INFO a\n\tb")),
              ElementsAre("2024-03-01 00:00:00 INFO a\n\tb"));
  EXPECT_THAT(texts(parse(small_options(), "2024-03-01 00:00:00 INFO a")), ElementsAre("2024-03-01 00:00:00 INFO a"));
}

TEST_P(LogParserTest, FinishCountsOnceAndRefusesWhatComesAfter) {
  const auto parser = make(small_options());
  parser->feed("s", "2024-03-01 00:00:00 INFO a");
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(report.totals.events, 1U);
  EXPECT_EQ(report.totals.bytes, 26U);
  EXPECT_EQ(parser->feed("s", "more\n"), FeedStatus::finished);
  EXPECT_EQ(parser->feed("new", "more\n"), FeedStatus::finished);
  EXPECT_EQ(parser->feed(std::string(max_stream_name_bytes + 1, 'n'), ""), FeedStatus::finished);
  parser->finish();
  parser->flush_idle(never);
  parser->drain();
  EXPECT_EQ(parser->report(), report);
}

TEST_P(LogParserTest, TailModeFlushesAfterATimeoutMeasuredFromTheLastLine) {
  LogParser::Options options = small_options();
  options.flush_timeout_ns = 100;
  const auto parser = make(options);
  parser->feed("s", "2024-03-01 00:00:00 INFO a\n", 1000);
  parser->feed("s", "\tb\n", 1090);
  parser->flush_idle(1189);  // 189 after the first line, 99 after the last: fluent-bit#8439, loki#4288
  EXPECT_THAT(texts(*parser), ElementsAre());
  parser->flush_idle(1190);
  EXPECT_THAT(texts(*parser), ElementsAre("2024-03-01 00:00:00 INFO a\n\tb"));
  parser->flush_idle(5000);
  EXPECT_THAT(texts(*parser), ElementsAre()) << "it is flushed once";
}

TEST_P(LogParserTest, AFlushResetsTheStateMachine) {
  // fluent-bit#9109, #11478: what follows a flush must not be glued to it, nor lost, nor judged as its continuation.
  LogParser::Options options = small_options();
  options.flush_timeout_ns = 100;
  const auto parser = make(options);
  parser->feed("s", "2024-03-01 00:00:00 INFO a\n", 0);
  parser->flush_idle(100);
  parser->feed("s", "\tlate part\n", 150);
  parser->feed("s", "2024-03-01 00:00:01 INFO b\n", 200);
  parser->flush_idle(300);
  EXPECT_THAT(texts(*parser),
              ElementsAre("2024-03-01 00:00:00 INFO a", "orphan: \tlate part", "2024-03-01 00:00:01 INFO b"));
  parser->finish();
  EXPECT_EQ(parser->report().totals.events, 3U);
}

TEST_P(LogParserTest, APartOfALineIsNotFlushedInTailMode) {
  LogParser::Options options = small_options();
  options.flush_timeout_ns = 100;
  const auto parser = make(options);
  parser->feed("s", "2024-03-01 00:00:00 INFO a\n2024-03-01 00:0", 0);
  parser->flush_idle(1000);
  EXPECT_THAT(texts(*parser), ElementsAre("2024-03-01 00:00:00 INFO a"));
  parser->feed("s", "0:01 INFO b\n", 1001);
  parser->finish();
  EXPECT_THAT(texts(*parser), ElementsAre("2024-03-01 00:00:01 INFO b"));
}

TEST_P(LogParserTest, SwitchingStreamsFlushesNothing) {
  // fluent-bit#4769
  const auto parser = make(small_options());
  parser->feed("b", "2024-03-01 00:00:00 ERROR b\n");
  parser->feed("a", "2024-03-01 00:00:00 ERROR a\n\tof ");
  parser->feed("b", "\tof b\n");
  parser->feed("a", "a\n");
  parser->finish();
  const auto events = parser->take_events();
  EXPECT_THAT(texts(events), ElementsAre("2024-03-01 00:00:00 ERROR a\n\tof a", "2024-03-01 00:00:00 ERROR b\n\tof b"));
  EXPECT_EQ(events[0].stream, "a") << "in order of stream names, not of arrival";
}

TEST_P(LogParserTest, StreamsAreLimitedInNumberAndNameLength) {
  LogParser::Options options = small_options();
  options.max_streams = 2;
  const auto parser = make(options);
  EXPECT_EQ(parser->feed("", ""), FeedStatus::accepted);
  EXPECT_EQ(parser->feed(std::string(max_stream_name_bytes, 'n'), ""), FeedStatus::accepted);
  EXPECT_EQ(parser->feed(std::string(max_stream_name_bytes + 1, 'n'), ""), FeedStatus::invalid_stream);
  EXPECT_EQ(parser->feed("third", "x\n"), FeedStatus::too_many_streams);
  EXPECT_EQ(parser->feed("", "x\n"), FeedStatus::accepted);
  parser->finish();
  EXPECT_EQ(parser->report().totals.lines, 1U);
}

// --- what else there may be ---

TEST_P(LogParserTest, FeedsOfNothingAndStreamsOfNothingAreInOrder) {
  const auto parser = make(small_options());
  parser->feed("s", "");
  parser->feed("t", "\n\r\n");
  parser->drain();
  parser->finish();
  EXPECT_EQ(parser->report().totals.lines, 2U);
  EXPECT_EQ(parser->report().totals.orphans, 1U);
  EXPECT_TRUE(parser->report().windows.empty());
}

TEST_P(LogParserTest, BadOptionsAreRefusedByNameOfTheField) {
  const auto expect_refused = [](std::string_view field, auto change) {
    LogParser::Options options;
    change(options);
    try {
      make(options);
      ADD_FAILURE() << field << " was accepted";
    } catch (const std::invalid_argument& refusal) {
      EXPECT_THAT(refusal.what(), HasSubstr(std::string(field) + " is "));
    }
  };
  expect_refused("threads", [](auto& options) { options.threads = 0; });
  expect_refused("max_event_bytes", [](auto& options) { options.max_event_bytes = 15; });
  expect_refused("slide_ns", [](auto& options) { options.slide_ns = 0; });
  expect_refused("window_ns", [](auto& options) { options.window_ns = options.slide_ns + 1; });
  expect_refused("windows", [](auto& options) { options.windows = 0; });
  expect_refused("allowed_lateness_ns", [](auto& options) { options.allowed_lateness_ns = -1; });
  expect_refused("k", [](auto& options) { options.k = max_top + 1; });
  expect_refused("year", [](auto& options) { options.year = 1969; });
  expect_refused("max_streams", [](auto& options) { options.max_streams = 0; });
  expect_refused("flush_timeout_ns", [](auto& options) { options.flush_timeout_ns = -1; });
  expect_refused("max_pending_bytes", [](auto& options) { options.max_pending_bytes = 0; });
  expect_refused("chunk_bytes", [](auto& options) { options.chunk_bytes = 63; });
  expect_refused("grouping.start.place", [](auto& options) { options.format = Format::custom; });
  expect_refused("grouping.condition.text",
                 [](auto& options) { options.grouping.condition.place = LinePattern::Place::starts_with; });
}

}  // namespace
}  // namespace contend::log_parser
