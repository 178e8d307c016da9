// What times mean, each by a table written by hand, over every implementation.

#include <fmt/core.h>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using enum Format;
using enum Level;

class LogTimesTest : public LogLinesFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogTimesTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogTimesTest, ZonesAreReadInEverySpellingAndNeverTakenForNone) {
  struct Row {
    std::string_view zone;  // behind 12:00:00,000
    double hours_east;      // of a time that is right; 99: it must be called bad
  };
  for (const Row& row : {Row{"Z", 0},
                         {"z", 0},
                         {" Z", 0},
                         {" UTC", 0},
                         {"UTC", 0},
                         {" GMT", 0},
                         {"+0200", 2},
                         {"+02:00", 2},
                         {"+02", 2},
                         {" +0200", 2},
                         {" +02:00", 2},
                         {" +02", 2},
                         {"-05", -5},
                         {" -0330", -3.5},
                         {"+05:45", 5.75},
                         {"+02:00:00", 2},
                         {"\xE2\x88\x92"
                          "05:00",
                          -5},
                         {" UTC+2", 2},
                         {" GMT+0200", 2},
                         {" GMT-03:00", -3},
                         {" CET", 1},
                         {" CEST", 2},
                         {" EST", -5},
                         {" EDT", -4},
                         {" PST", -8},
                         {" BST", 1},
                         {" MSK", 3},
                         {" JST", 9},
                         {" [UTC]", 0},
                         {" (CET)", 1},
                         {"+01:00[Europe/Berlin]", 1},
                         {" +0100 Europe/Berlin", 1},
                         {" GMT+0100 (CET)", 1},
                         {"", 0},
                         {" IST", 99},
                         {" Europe/Berlin", 99},
                         {" [America/New_York]", 99},
                         {" +2", 99},
                         {" +99:00", 99},
                         {"+0", 99},
                         {"+02000", 99},
                         {"+02:0x", 99},
                         {"X", 99},
                         {"Q1", 99}}) {
    SCOPED_TRACE(row.zone);
    for (const std::string_view front : {"2024-03-01 12:00:00,000", "2024/03/01 12:00:00", "01-Mar-2024 12:00:00.0"}) {
      const std::vector<Event> events = parse(log4j, fmt::format("{}{} ERROR a\n", front, row.zone));
      ASSERT_EQ(events.size(), 1U);
      EXPECT_EQ(events[0].level, error);
      if (row.hours_east == 99) {
        EXPECT_EQ(events[0].malformed, Malformed::bad_timestamp);
        EXPECT_EQ(events[0].time_ns, std::nullopt);
      } else {
        EXPECT_EQ(events[0].malformed, Malformed::none);
        EXPECT_EQ(events[0].time_ns, noon_ns(-row.hours_east * 3600));
        EXPECT_EQ(events[0].key, "a");
      }
    }
    const auto objects = parse(json_lines, fmt::format(R"({{"time":"2024-03-01T12:00:00{}","msg":"a"}})"
                                                       "\n",
                                                       row.zone));
    EXPECT_EQ(objects[0].malformed, row.hours_east == 99 ? Malformed::bad_timestamp : Malformed::none);
    const auto right_ns = row.hours_east == 99 ? std::nullopt : std::optional(noon_ns(-row.hours_east * 3600));
    EXPECT_EQ(objects[0].time_ns, right_ns);
  }
}

TEST_P(LogTimesTest, WordsBehindATimeAreNoZones) {
  for (const std::string_view rest : {"[main] ERROR a", "- ERROR a", "-12345 ERROR a", "HOST ERROR a", "[-1] ERROR a",
                                      "(9) ERROR a", "ESTABLISHED ERROR a", "PMX ERROR a"}) {
    const auto events = parse(log4j, fmt::format("2024-03-01 12:00:00 {}\n", rest));
    EXPECT_EQ(events[0].malformed, Malformed::none) << rest;
    EXPECT_EQ(events[0].time_ns, noon_ns()) << rest;
    EXPECT_EQ(events[0].level, error) << rest;
  }
}

TEST_P(LogTimesTest, DatesAreReadInEverySpelling) {
  for (const std::string_view stamp : {"2024-03-01 12:00:00",
                                       "2024-03-01T12:00:00",
                                       "2024-03-01t12:00:00z",
                                       "2024-03-01_12:00:00",
                                       "2024-03-01, 12:00:00",
                                       "2024-03-01  12:00:00",
                                       "2024-3-1 12:0:0",
                                       "2024-03-01 12:00",
                                       "2024-03-01 12:00:00.000000000000",
                                       "2024-03-01 12:00:00:000",
                                       "2024-03-01 12:00:00 PM",
                                       "2024-03-01 12:00:00,000 pm",
                                       "2024-03-01 12:00:00PM",
                                       "2024-03-01 12:00:00 p.m.",
                                       "Mar  1 12:00:00 PM",
                                       "2024/03/01 12:00:00",
                                       "2024.03.01 12:00:00",
                                       "2024-061T12:00:00",
                                       "2024-Mar-01 12:00:00",
                                       "2024 Mar  1 12:00:00",
                                       "20240301 12:00:00",
                                       "20240301T120000Z",
                                       "20240301120000",
                                       "240301 120000",
                                       "240301 12:00:00",
                                       "24/03/01 12:00:00",
                                       "01/Mar/2024:12:00:00 +0000",
                                       "01-Mar-2024 12:00:00.000",
                                       "01 Mar 2024 12:00:00",
                                       "01.03.2024 12:00:00",
                                       "3/1/2024, 12:00:00 PM",
                                       "03/01/2024 12:00:00\xE2\x80\xAFPM",
                                       "Mar 1, 2024 12:00:00 PM",
                                       "Mar 01 2024 12:00:00",
                                       "March 1, 2024 12:00:00",
                                       "Fri Mar  1 12:00:00 2024",
                                       "Fri Mar  1 12:00:00 UTC 2024",
                                       "Fri Mar 01 2024 12:00:00 GMT+0000 (UTC)",
                                       "Fri, 01 Mar 2024 12:00:00 GMT",
                                       "Friday, 01-Mar-24 12:00:00 GMT",
                                       "Mar  1 12:00:00",
                                       "1709294400.000",
                                       "1709294400000",
                                       "@4000000065e1c34a00000000"}) {
    const auto events = parse(log4j, fmt::format("{} ERROR a\n[{}] ERROR b\n", stamp, stamp));
    ASSERT_EQ(events.size(), 2U) << stamp;
    for (const Event& event : events) {
      EXPECT_EQ(event.malformed, Malformed::none) << event.text;
      EXPECT_EQ(event.time_ns, noon_ns()) << event.text;
      EXPECT_EQ(event.level, error) << event.text;
    }
  }
  EXPECT_EQ(parse(log4j, "1/3/2024 12:00:00 ERROR a\n")[0].malformed, Malformed::bad_timestamp) << "January or March?";
  EXPECT_EQ(parse(log4j, "13/1/2024 12:00:00 ERROR a\n")[0].time_ns, utc_ns(2024, 1, 13, 12, 0, 0));
  EXPECT_EQ(parse(log4j, "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579\n")[0].time_ns,
            utc_ns(2017, 12, 23, 22, 15, 29, 606'000'000));
  EXPECT_EQ(parse(log4j, "2024-03-01 12:00:00 AM ERROR a\n")[0].time_ns, noon_ns(-12 * 3600));
  EXPECT_EQ(parse(log4j, "2024-366T12:00:00 ERROR a\n")[0].time_ns, utc_ns(2024, 12, 31, 12, 0, 0));
  for (const std::string_view bad :
       {"2024-13-01 12:00:00", "2024-01-45 12:00:00", "2023-366T12:00:00", "2024-03-01 25:00:00", "2024-03-01 12:60",
        "2024-03-01 13:00:00 PM", "2024-03-01 12:00:00h", "1969-12-31 12:00:00", "2024-03-01 12:00:00:12"}) {
    const auto events = parse(log4j, fmt::format("{} ERROR a\n", bad));
    EXPECT_EQ(events[0].malformed, Malformed::bad_timestamp) << bad;
    EXPECT_EQ(events[0].time_ns, std::nullopt) << bad;
  }
}

TEST_P(LogTimesTest, OnlyWhatHasTheShapeOfAWholeStampStartsAnEvent) {
  for (const std::string_view text :
       {"12/3 of the files were done", "2024-1 was a year", "2024-03-01 was a Friday", "2024-03-01", "24/03/01",
        "12/03/2024", "Mar 1 was a Friday", "Mar  1", "1234567890 rows", "123456 123456", "20240301", "[12/3]",
        "ERROR in it", "10.0.0.1 - -"}) {
    for (const Format format : {log4j, syslog}) {
      const std::string header = format == log4j ? "2024-03-01 12:00:00 INFO a" : "Mar  1 12:00:00 host app: a";
      const auto events = parse(format, fmt::format("{}\n{}\n{}\n", header, text, header));
      EXPECT_EQ(events.size(), 2U) << text;
      EXPECT_EQ(events[0].lines, 2U) << text;
      EXPECT_EQ(events[0].malformed, Malformed::none) << text;
    }
  }
}

TEST_P(LogTimesTest, NumbersOfJsonAreReadWhollyOrNotAtAll) {
  struct Row {
    std::string_view number;
    std::optional<TimeNs> time_ns;
  };
  for (const Row& row : {Row{"1709294400", noon_ns()},
                         {"1.7092944e9", noon_ns()},
                         {"1.7092944E+09", noon_ns()},
                         {"17092944000e-1", noon_ns()},
                         {"1709294400.5", noon_ns(0.5)},
                         {"1709294400.123456789123", noon_ns() + 123'456'789},
                         {"1709294400500", noon_ns(0.5)},
                         {"1709294400500.25", noon_ns() + 500'250'000},
                         {"1.7092944005e12", noon_ns(0.5)},
                         {"1709294400000001", noon_ns() + 1'000},
                         {"1709294400000000001", noon_ns() + 1},
                         {"\"1709294400\"", noon_ns()},
                         {"\"1709294400000\"", noon_ns()},
                         {"0", 0},
                         {"0.25", 250'000'000},
                         {"2.5e-1", 250'000'000},
                         {"-5", std::nullopt},
                         {"1e30", std::nullopt},
                         {"1e9999", std::nullopt},
                         {"99999999999999999999", std::nullopt},
                         {"true", std::nullopt},
                         {"\"1709294400x\"", std::nullopt},
                         {"\"2024-03-01T12:00:00 or so\"", std::nullopt},
                         {"\"12:00\"", std::nullopt}}) {
    const auto events = parse(json_lines, fmt::format(R"({{"ts":{},"level":"error"}})"
                                                      "\n",
                                                      row.number));
    EXPECT_EQ(events[0].time_ns, row.time_ns) << row.number;
    EXPECT_EQ(events[0].malformed, row.time_ns ? Malformed::none : Malformed::bad_timestamp) << row.number;
  }
}

// --- times and the stream that they are in ---

TEST_P(LogTimesTest, StampsMayBeUnpaddedOfAnyPrecisionAndInAZone) {
  const auto events =
      parse(small_options(),
            "2024-3-1 0:0:1 INFO a\n2024-03-01T00:00:02.5Z INFO b\n2024-03-01 02:00:03,123456789+02:00 INFO c\n"
            "2024-02-29 19:00:04.000001-0500 INFO d\n24/03/01 00:00:05 INFO e\n[2024-03-01 00:00:06] INFO f\n");
  std::vector<TimeNs> times;
  for (const Event& event : events) times.push_back(event.time_ns.value_or(-1) - march_ns);
  EXPECT_THAT(times, ElementsAre(second_ns, 2 * second_ns + second_ns / 2, 3 * second_ns + 123'456'789,
                                 4 * second_ns + 1'000, 5 * second_ns, 6 * second_ns));
}

TEST_P(LogTimesTest, AnEventWithoutATimeInheritsThatOfTheOneBefore) {
  const auto events =
      parse(small_options(Format::json_lines), "{\"level\":\"info\"}\n{\"ts\":1709251200}\n{\"level\":\"error\"}\n");
  EXPECT_EQ(events[0].time_ns, std::nullopt);
  EXPECT_FALSE(events[0].inherited_time);
  EXPECT_EQ(events[2].time_ns, march_ns);
  EXPECT_TRUE(events[2].inherited_time);
}

TEST_P(LogTimesTest, SyslogYearsRollOverOnceAlsoWhenLinesAreOutOfOrder) {
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

TEST_P(LogTimesTest, TwentyNinthOfFebruaryOfAYearWithoutOneIsTheFirstOfMarch) {
  LogParser::Options options = small_options(Format::syslog);
  options.year = 2023;
  EXPECT_EQ(parse(options, "Feb 29 00:00:00 h a: 1\n")[0].time_ns, march_ns - 366 * 86'400 * second_ns);
}

}  // namespace
}  // namespace contend::log_parser
