// Bytes that are no usual text, and lines that are no good ones, over every implementation.

#include <fmt/core.h>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LogBytesTest : public LogParserFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogBytesTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogBytesTest, OneCrBeforeTheLfBelongsToTheLineEndAndAnyOtherIsData) {
  const LogParser::Options options = custom_options(grouping_by(GroupingMode::halt_before, "@", "@"));
  EXPECT_THAT(texts(parse(options, "a\r\nb\rc\nd\r\r\ne\r")), ElementsAre("a", "b\rc", "d\r", "e\r"));
  const auto parser = make(options);
  parser->feed("s", "a\r");
  parser->feed("s", "\nb\r");
  parser->feed("s", "c\n");
  parser->finish();
  EXPECT_THAT(texts(*parser), ElementsAre("a", "b\rc"));
}

TEST_P(LogBytesTest, AByteOrderMarkIsDroppedAtTheStartOfAStreamOnly) {
  const LogParser::Options options = custom_options(grouping_by(GroupingMode::halt_before, "@", "@"));
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

TEST_P(LogBytesTest, NulIsData) {
  const auto events = parse(small_options(), std::string("2024-03-01 00:00:00 INFO a\0b\n\0\n", 31));
  EXPECT_THAT(texts(events), ElementsAre(std::string("2024-03-01 00:00:00 INFO a\0b\n\0", 30)));
}

TEST_P(LogBytesTest, WhatIsNotUtf8PassesThroughIsCountedAndReplacedOnlyInRendering) {
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

TEST_P(LogBytesTest, HugeEventsAreTruncatedTaggedAndCounted) {
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

TEST_P(LogBytesTest, ACodePointCutByTruncationIsNotCalledInvalid) {
  LogParser::Options options = small_options();
  options.max_event_bytes = 28;
  const auto events = parse(options, "2024-03-01 00:00:00 INFO ab\xe2\x82\xac and more\n");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_TRUE(events[0].truncated);
  EXPECT_FALSE(events[0].invalid_utf8);
}

// --- malformed ---

TEST_P(LogBytesTest, MalformedEventsAreCountedByReasonWithTheirPlaceAndBytesAndStopNothing) {
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

TEST_P(LogBytesTest, EveryLineOfAnAccessLogIsAnEventAndTheFirstDamageNamesIt) {
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

TEST_P(LogBytesTest, JsonLinesAreChecked) {
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

}  // namespace
}  // namespace contend::log_parser
