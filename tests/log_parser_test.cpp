// The rules of the log parser, one by one, over every implementation.

#include "impls/log_parser/log_parser.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TimeNs second_ns = 1'000'000'000;
constexpr TimeNs march_ns = 1'709'251'200 * second_ns;  // 2024-03-01T00:00:00Z

class LogParserTest : public testing::TestWithParam<Implementation<LogParser>> {
 protected:
  static std::unique_ptr<LogParser> make(const LogParser::Options& options) { return GetParam().make(options); }

  // What a whole stream gives.
  static std::vector<Event> parse(const LogParser::Options& options, std::string_view text) {
    const auto parser = make(options);
    EXPECT_EQ(parser->feed("s", text), FeedStatus::accepted);
    parser->finish();
    EXPECT_EQ(contradiction(parser->report()), "");
    return parser->take_events();
  }
  static std::vector<std::string> texts(const std::vector<Event>& events) {
    std::vector<std::string> all;
    for (const Event& event : events) all.push_back((event.orphan ? "orphan: " : "") + event.text);
    return all;
  }
  static std::vector<std::string> texts(LogParser& parser) {
    parser.drain();
    return texts(parser.take_events());
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, LogParserTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

LogParser::Options custom(const Grouping& grouping) {
  LogParser::Options options = small_options(Format::custom);
  options.grouping = grouping;
  return options;
}

// --- grouping ---

TEST_P(LogParserTest, ContinueThroughTakesWhatMatches) {
  const auto events = parse(custom(grouping_by(GroupingMode::continue_through, "@", "_")),
                            "some usual line\nfirst part\n second part\n\tlast part\nanother\n");
  EXPECT_THAT(texts(events), ElementsAre("some usual line", "first part\n second part\n\tlast part", "another"));
}

TEST_P(LogParserTest, ContinuePastTakesWhatMatchesAndOneMore) {
  const auto events =
      parse(custom(grouping_by(GroupingMode::continue_past, "@", "\\\\", LinePattern::Place::ends_with)),
            "first \\\nsecond \\\nlast\nsingle\nb\nc\n");
  EXPECT_THAT(texts(events), ElementsAre("first \\\nsecond \\\nlast", "single\nb", "c"));
}

TEST_P(LogParserTest, HaltBeforeEndsAtTheNextMarker) {
  const auto events = parse(custom(grouping_by(GroupingMode::halt_before, "INFO", "INFO")),
                            "INFO one\nmore\n\nINFO two\nINFO three\nmore");
  EXPECT_THAT(texts(events), ElementsAre("INFO one\nmore\n", "INFO two", "INFO three\nmore"));
}

TEST_P(LogParserTest, HaltWithTakesTheTerminator) {
  const auto events = parse(custom(grouping_by(GroupingMode::halt_with, "SELECT", ";", LinePattern::Place::ends_with)),
                            "SELECT 1\nFROM t;\nSELECT 2\n;\nstray\nstray;\nSELECT 3\n");
  EXPECT_THAT(texts(events), ElementsAre("SELECT 1\nFROM t;", "SELECT 2\n;", "orphan: stray\nstray;", "SELECT 3"));
}

TEST_P(LogParserTest, PatternsKnowDigitsLettersSpacesAnythingAndLiterals) {
  const auto events = parse(custom(grouping_by(GroupingMode::halt_before, "\\#@#_?.", "\\#@#_?.")),
                            "#a1 x.\n#a1\ty.\n#aa x.\n#a1 \n#11 x.\na#1 x.\n");
  EXPECT_THAT(texts(events), ElementsAre("#a1 x.", "#a1\ty.\n#aa x.\n#a1 \n#11 x.\na#1 x."));
}

TEST_P(LogParserTest, LinesBeforeAnyStartAreOneEventFlaggedOrphan) {
  const auto events = parse(small_options(), "\tat tail of something\nmore of it\n2024-03-01 00:00:00 INFO a\n");
  EXPECT_THAT(texts(events), ElementsAre("orphan: \tat tail of something\nmore of it", "2024-03-01 00:00:00 INFO a"));
  EXPECT_TRUE(events[0].orphan);
  EXPECT_EQ(events[0].lines, 2U);
  EXPECT_EQ(events[0].time_ns, std::nullopt);
  EXPECT_EQ(events[1].time_ns, march_ns);
}

TEST_P(LogParserTest, AStackTraceIsOneEvent) {
  const auto events = parse(small_options(),
                            "2024-03-01 00:00:00,000 ERROR [main] a.B - failed 17 times\njava.io.IOException: x\n"
                            "\tat a.B.c(B.java:1)\nCaused by: y\n\t... 12 more\n2024-03-01 00:00:01,000 INFO b\n");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].lines, 5U);
  EXPECT_EQ(events[0].level, Level::error);
  EXPECT_EQ(events[0].key, "[main] a.B - failed <num> times");
  EXPECT_EQ(events[1].line, 6U);
  EXPECT_EQ(events[1].text, "2024-03-01 00:00:01,000 INFO b");
}

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

// --- bytes ---

TEST_P(LogParserTest, OneCrBeforeTheLfBelongsToTheLineEndAndAnyOtherIsData) {
  const LogParser::Options options = custom(grouping_by(GroupingMode::halt_before, "@", "@"));
  EXPECT_THAT(texts(parse(options, "a\r\nb\rc\nd\r\r\ne\r")), ElementsAre("a", "b\rc", "d\r", "e\r"));
  const auto parser = make(options);
  parser->feed("s", "a\r");
  parser->feed("s", "\nb\r");
  parser->feed("s", "c\n");
  parser->finish();
  EXPECT_THAT(texts(*parser), ElementsAre("a", "b\rc"));
}

TEST_P(LogParserTest, AByteOrderMarkIsDroppedAtTheStartOfAStreamOnly) {
  const LogParser::Options options = custom(grouping_by(GroupingMode::halt_before, "@", "@"));
  const std::string mark = "\xEF\xBB\xBF";
  for (std::size_t cut = 0; cut < 4; ++cut) {
    const auto parser = make(options);
    const std::string text = mark + "a\n" + mark + "b\n";
    parser->feed("s", text.substr(0, cut));
    parser->feed("s", text.substr(cut));
    parser->finish();
    EXPECT_THAT(texts(*parser), ElementsAre("a\n" + mark + "b")) << "cut at " << cut;
    EXPECT_EQ(parser->report().totals.bytes, text.size());
  }
}

TEST_P(LogParserTest, NulIsData) {
  const auto events = parse(small_options(), std::string("2024-03-01 00:00:00 INFO a\0b\n\0\n", 31));
  EXPECT_THAT(texts(events), ElementsAre(std::string("2024-03-01 00:00:00 INFO a\0b\n\0", 30)));
}

TEST_P(LogParserTest, WhatIsNotUtf8PassesThroughIsCountedAndReplacedOnlyInRendering) {
  const auto parser = make(small_options());
  parser->feed("s", "2024-03-01 00:00:00 INFO caf\xc3");
  parser->feed("s", "\xa9\n\xff\xfe\n\xc3\xa9\n2024-03-01 00:00:01 INFO \xed\xa0\x80\n");
  parser->finish();
  EXPECT_EQ(parser->report().totals.invalid_utf8, 2U) << "lines; a code point cut by a feed is whole";
  const auto events = parser->take_events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].text, "2024-03-01 00:00:00 INFO caf\xc3\xa9\n\xff\xfe\n\xc3\xa9");
  EXPECT_TRUE(events[0].invalid_utf8);
  EXPECT_THAT(render(events[0]), HasSubstr("caf\xc3\xa9\\x0a\xEF\xBF\xBD\xEF\xBF\xBD\\x0a"));
}

TEST_P(LogParserTest, HugeEventsAreTruncatedTaggedAndCounted) {
  LogParser::Options options = small_options();
  options.max_event_bytes = 40;
  const std::string head = "2024-03-01 00:00:00 ERROR ";                           // 26 bytes
  const auto events = parse(options, head + std::string(14, 'a') + "\r\n" +        // exactly the limit
                                         head + std::string(1000, 'b') + "\r\n" +  // a line beyond it
                                         head + "c\n" + std::string(100, 'd') + "\nmore\n" + head + "e\n");
  ASSERT_EQ(events.size(), 4U);
  EXPECT_FALSE(events[0].truncated);
  EXPECT_TRUE(events[1].truncated);
  EXPECT_EQ(events[1].text, head + std::string(14, 'b'));
  EXPECT_TRUE(events[2].truncated);
  EXPECT_EQ(events[2].text, head + "c\n" + std::string(12, 'd'));
  EXPECT_EQ(events[2].lines, 3U) << "what is dropped still belongs to the event";
  EXPECT_EQ(events[3].text, head + "e");
  const auto parser = make(options);
  parser->feed("s", head);
  for (int i = 0; i < 100; ++i) parser->feed("s", std::string(100, 'x'));
  parser->feed("s", "\n" + head + "e\n");
  parser->finish();
  EXPECT_EQ(parser->report().totals.truncated, 1U);
  EXPECT_EQ(parser->report().totals.dropped_bytes, 10'026U - 40U);
}

TEST_P(LogParserTest, ACodePointCutByTruncationIsNotCalledInvalid) {
  LogParser::Options options = small_options();
  options.max_event_bytes = 28;
  const auto events = parse(options, "2024-03-01 00:00:00 INFO ab\xe2\x82\xac and more\n");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].truncated);
  EXPECT_FALSE(events[0].invalid_utf8);
}

// --- malformed ---

TEST_P(LogParserTest, MalformedEventsAreCountedByReasonWithTheirPlaceAndBytesAndStopNothing) {
  LogParser::Options options = small_options();
  options.keep = KeepEvents::notable;
  const auto parser = make(options);
  const std::string first = "2024-03-01 00:00:00 INFO fine\n";
  parser->feed("s", first +
                        "2024-02-30 00:00:00 ERROR no such day 7\n\tits stack\n2024-03-01 00:00:02 none here is one\n" +
                        "[2024-03-01 00:00:03] INFO fine\n");
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(report.totals.events, 4U);
  EXPECT_EQ(report.totals.malformed[static_cast<std::size_t>(Malformed::bad_timestamp)], 1U);
  EXPECT_EQ(report.totals.malformed[static_cast<std::size_t>(Malformed::missing_level)], 1U);
  const auto events = parser->take_events();
  ASSERT_EQ(events.size(), 2U) << "only what is notable is kept";
  EXPECT_EQ(events[0].malformed, Malformed::bad_timestamp);
  EXPECT_EQ(events[0].line, 2U);
  EXPECT_EQ(events[0].offset, first.size());
  EXPECT_EQ(events[0].text, "2024-02-30 00:00:00 ERROR no such day 7\n\tits stack");
  EXPECT_EQ(events[0].key, "no such day <num>") << "the level is there";
  EXPECT_TRUE(events[0].inherited_time);
  EXPECT_EQ(events[0].time_ns, march_ns);
  EXPECT_EQ(events[1].malformed, Malformed::missing_level);
  EXPECT_EQ(events[1].line, 4U);
}

TEST_P(LogParserTest, EveryLineOfAnAccessLogIsAnEventAndTheFirstDamageNamesIt) {
  const std::string good = R"(1.2.3.4 - bob [01/Mar/2024:01:00:00 +0100] "GET /a?b=\"c\" HTTP/1.1" 503 12 "-" "x")";
  const auto events = parse(small_options(Format::access),
                            good + "\n" + R"(1.2.3.4 - - [32/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 999 12)" + "\n" +
                                R"(1.2.3.4 - - [01/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1)" + "\n" +
                                R"(1.2.3.4 - - [01/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 42 12)" + "\n" +
                                R"(1.2.3.4 - - [01/Mar/2024:00:00:00 +0000] "GET / HTTP/1.1" 404 many)" + "\n" +
                                "garbage\n\n" + R"(::1 - - [01/Mar/2024:00:00:00 +0000] "" 404 -)" + "\n");
  std::vector<Malformed> reasons;
  for (const Event& event : events) reasons.push_back(event.malformed);
  EXPECT_THAT(reasons,
              ElementsAre(Malformed::none, Malformed::bad_timestamp, Malformed::bad_request, Malformed::bad_status,
                          Malformed::bad_size, Malformed::missing_fields, Malformed::missing_fields, Malformed::none));
  EXPECT_EQ(events[0].level, Level::error);
  EXPECT_EQ(events[0].time_ns, march_ns) << "the zone counts";
  EXPECT_EQ(events[0].key, R"(GET /a?b=\"c\" HTTP/<num>.<num>)");
  EXPECT_EQ(events[7].level, Level::warn);
}

TEST_P(LogParserTest, JsonLinesAreChecked) {
  const auto events =
      parse(small_options(Format::json_lines),
            "{\"ts\": 1709251200.25, \"level\": \"ERROR\", \"msg\": \"part 7 \\u00e9 lost\", \"x\": {\"level\": "
            "\"info\"}}\r\n"
            "{\"time\": \"2024-03-01T00:00:00.5Z\", \"severity\": \"warning\", \"a\": [1, -2.5e3, null, true, []]}\n"
            "{\"time\": 1709251200750, \"level\": \"info\"\n"
            "{\"time\": \"yesterday\", \"level\": \"info\"}\n"
            "{\"a\": 01}\n{\"a\": \"\\x\"}\n[1]\n{} x\n{}\n{\"timestamp\": 1709251200750}\n");
  std::vector<Malformed> reasons;
  for (const Event& event : events) reasons.push_back(event.malformed);
  EXPECT_THAT(reasons, ElementsAre(Malformed::none, Malformed::none, Malformed::bad_json, Malformed::bad_timestamp,
                                   Malformed::bad_json, Malformed::bad_json, Malformed::bad_json, Malformed::bad_json,
                                   Malformed::none, Malformed::none));
  EXPECT_EQ(events[0].time_ns, march_ns + second_ns / 4);
  EXPECT_EQ(events[0].level, Level::error);
  EXPECT_EQ(events[0].key, "part <num> \xC3\xA9 lost");
  EXPECT_EQ(events[1].time_ns, march_ns + second_ns / 2);
  EXPECT_EQ(events[1].level, Level::warn);
  EXPECT_EQ(events[9].time_ns, march_ns + second_ns * 3 / 4);
  const std::string deep(100, '[');
  EXPECT_EQ(parse(small_options(Format::json_lines), "{\"a\":" + deep + "\n")[0].malformed, Malformed::bad_json);
}

// --- times ---

TEST_P(LogParserTest, StampsMayBeUnpaddedOfAnyPrecisionAndInAZone) {
  const auto events =
      parse(small_options(),
            "2024-3-1 0:0:1 INFO a\n2024-03-01T00:00:02.5Z INFO b\n2024-03-01 02:00:03,123456789+02:00 INFO c\n"
            "2024-02-29 19:00:04.000001-0500 INFO d\n24/03/01 00:00:05 INFO e\n[2024-03-01 00:00:06] INFO f\n");
  std::vector<TimeNs> times;
  for (const Event& event : events) times.push_back(event.time_ns.value_or(-1) - march_ns);
  EXPECT_THAT(times, ElementsAre(second_ns, 2 * second_ns + second_ns / 2, 3 * second_ns + 123'456'789,
                                 4 * second_ns + 1'000, 5 * second_ns, 6 * second_ns));
}

TEST_P(LogParserTest, AnEventWithoutATimeInheritsThatOfTheOneBefore) {
  const auto events =
      parse(small_options(Format::json_lines), "{\"level\":\"info\"}\n{\"ts\":1709251200}\n{\"level\":\"error\"}\n");
  EXPECT_EQ(events[0].time_ns, std::nullopt);
  EXPECT_FALSE(events[0].inherited_time);
  EXPECT_EQ(events[2].time_ns, march_ns);
  EXPECT_TRUE(events[2].inherited_time);
}

TEST_P(LogParserTest, SyslogYearsRollOverOnceAlsoWhenLinesAreOutOfOrder) {
  // lnav#304: the year flapped.
  LogParser::Options options = small_options(Format::syslog);
  options.year = 2023;
  options.allowed_lateness_ns = 3600 * second_ns;
  const auto events =
      parse(options,
            "Dec 31 23:59:58 h a: 1\nJan  1 00:00:01 h a: 2\nDec 31 23:59:59 h a: 3\nJan  1 00:00:02 h a: 4\n"
            "Feb 29 00:00:00 h a: 5\n<11>Mar  1 00:00:00 h a: six\nMar 32 00:00:00 h a: 7\n continued\n");
  std::vector<TimeNs> times;
  for (const Event& event : events) times.push_back(event.time_ns.value_or(-1));
  const TimeNs new_year_ns = 1'704'067'200 * second_ns;
  EXPECT_THAT(times, ElementsAre(new_year_ns - 2 * second_ns, new_year_ns + second_ns, new_year_ns - second_ns,
                                 new_year_ns + 2 * second_ns, march_ns - 86'400 * second_ns, march_ns, march_ns));
  EXPECT_EQ(events[5].level, Level::error);
  EXPECT_EQ(events[5].key, "a: six");
  EXPECT_EQ(events[6].malformed, Malformed::bad_timestamp);
  EXPECT_EQ(events[6].lines, 2U);
}

TEST_P(LogParserTest, TwentyNinthOfFebruaryOfAYearWithoutOneIsTheFirstOfMarch) {
  LogParser::Options options = small_options(Format::syslog);
  options.year = 2023;
  EXPECT_EQ(parse(options, "Feb 29 00:00:00 h a: 1\n")[0].time_ns, march_ns - 366 * 86'400 * second_ns);
}

TEST_P(LogParserTest, WhatIsLateBeyondTheAllowanceIsCountedApart) {
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

// --- windows and top lists ---

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

TEST_P(LogParserTest, WindowsAreHalfOpenAndSlide) {
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

TEST_P(LogParserTest, WindowsCountAsByHand) {
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

TEST_P(LogParserTest, IdleTimeMovesTheWindows) {
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

TEST_P(LogParserTest, AnEventBehindAllWindowsIsRetiredAtOnce) {
  const auto parser = make(window_options());
  parser->feed("s", at_second(300, "INFO a") + at_second(0, "ERROR b"));
  parser->finish();
  const Report report = parser->report();
  EXPECT_EQ(report.totals.late, 0U);
  EXPECT_EQ(report.windowed, 1U);
  EXPECT_EQ(report.retired, 1U);
  EXPECT_EQ(report.all_time.errors, 1U);
}

TEST_P(LogParserTest, TopErrorsAreExactOrderedByCountThenKeyAndMayBeFewerThanK) {
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

TEST_P(LogParserTest, KeysMaskNumbersHexAndUuids) {
  std::string text;
  const auto key_of = [&](std::string_view message) {
    return parse(small_options(), fmt::format("2024-03-01 00:00:00 ERROR {}\n", message))[0].key;
  };
  EXPECT_EQ(key_of("blk_-1608999687919862906 at 10.0.0.1:50010"), "blk_-<num> at <ip>:<num>");
  EXPECT_EQ(key_of("id 7c9e6679-7425-40de-944b-e07fc1f90ae7!"), "id <uuid>!");
  EXPECT_EQ(key_of("7c9e6679-7425-40de-944b is short"), "<hex>-<num>-<num>de-<num>b is short");
  EXPECT_EQ(key_of("0xDEADbeef and deadbeef and deadbee1 and 0x"), "<hex> and deadbeef and <hex> and <num>x");
  EXPECT_EQ(key_of("node17b"), "node<num>b");
  EXPECT_EQ(key_of(std::string(500, 'z')), std::string(max_template_bytes, 'z'));
  EXPECT_EQ(key_of(std::string(max_template_bytes - 1, 'z') + "\xc3\xa9"), std::string(max_template_bytes - 1, 'z'));
  EXPECT_EQ(key_of(std::string(max_template_bytes - 2, 'z') + "\xc3\xa9"),
            std::string(max_template_bytes - 2, 'z') + "\xc3\xa9");
}

TEST_P(LogParserTest, KeepsNoMoreEventsThanAskedForAndCountsTheRest) {
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
