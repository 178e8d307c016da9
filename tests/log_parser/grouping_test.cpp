// Which lines are one event, over every implementation.

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;

class LogGroupingTest : public LogParserFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogGroupingTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

// --- grouping ---

TEST_P(LogGroupingTest, ContinueThroughTakesWhatMatches) {
  const auto events = parse(custom_options(grouping_by(GroupingMode::continue_through, "@", "_")),
                            "some usual line\nfirst part\n second part\n\tlast part\nanother\n");
  EXPECT_THAT(texts(events), ElementsAre("some usual line", "first part\n second part\n\tlast part", "another"));
}

TEST_P(LogGroupingTest, ContinuePastTakesWhatMatchesAndOneMore) {
  const auto events =
      parse(custom_options(grouping_by(GroupingMode::continue_past, "@", "\\\\", LinePattern::Place::ends_with)),
            "first \\\nsecond \\\nlast\nsingle\nb\nc\n");
  EXPECT_THAT(texts(events), ElementsAre("first \\\nsecond \\\nlast", "single\nb", "c"));
}

TEST_P(LogGroupingTest, HaltBeforeEndsAtTheNextMarker) {
  const auto events = parse(custom_options(grouping_by(GroupingMode::halt_before, "INFO", "INFO")),
                            "INFO one\nmore\n\nINFO two\nINFO three\nmore");
  EXPECT_THAT(texts(events), ElementsAre("INFO one\nmore\n", "INFO two", "INFO three\nmore"));
}

TEST_P(LogGroupingTest, HaltWithTakesTheTerminator) {
  const auto events =
      parse(custom_options(grouping_by(GroupingMode::halt_with, "SELECT", ";", LinePattern::Place::ends_with)),
            "SELECT 1\nFROM t;\nSELECT 2\n;\nstray\nstray;\nSELECT 3\n");
  EXPECT_THAT(texts(events), ElementsAre("SELECT 1\nFROM t;", "SELECT 2\n;", "orphan: stray\nstray;", "SELECT 3"));
}

TEST_P(LogGroupingTest, PatternsKnowDigitsLettersSpacesAnythingAndLiterals) {
  const auto events = parse(custom_options(grouping_by(GroupingMode::halt_before, "\\#@#_?.", "\\#@#_?.")),
                            "#a1 x.\n#a1\ty.\n#aa x.\n#a1 \n#11 x.\na#1 x.\n");
  EXPECT_THAT(texts(events), ElementsAre("#a1 x.", "#a1\ty.\n#aa x.\n#a1 \n#11 x.\na#1 x."));
}

TEST_P(LogGroupingTest, LinesBeforeAnyStartAreOneEventFlaggedOrphan) {
  const auto events = parse(small_options(), "\tat tail of something\nmore of it\n2024-03-01 00:00:00 INFO a\n");
  EXPECT_THAT(texts(events), ElementsAre("orphan: \tat tail of something\nmore of it", "2024-03-01 00:00:00 INFO a"));
  EXPECT_TRUE(events[0].orphan);
  EXPECT_EQ(events[0].lines, 2U);
  EXPECT_EQ(events[0].time_ns, std::nullopt);
  EXPECT_EQ(events[1].time_ns, march_ns);
}

TEST_P(LogGroupingTest, AStackTraceIsOneEvent) {
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

}  // namespace
}  // namespace contend::log_parser
