// What the lines of programs that people run mean: times and zones, levels, messages and shapes, each by a table written by
// hand, over every implementation.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using enum Format;
using enum Level;

class LogFormatsTest : public testing::TestWithParam<Implementation<LogParser>> {
 protected:
  static std::vector<Event> parse(Format format, std::string_view text) {
    LogParser::Options options = small_options(format);
    options.year = 2024;
    if (format == custom) options.grouping = grouping_by(GroupingMode::halt_before, "?", "?");
    return parse(options, text);
  }
  static std::vector<Event> parse(const LogParser::Options& options, std::string_view text) {
    const auto parser = GetParam().make(options);
    EXPECT_EQ(parser->feed("s", text, utc_ns(2030, 1, 1, 0, 0, 0)), FeedStatus::accepted);
    parser->finish();
    EXPECT_EQ(contradiction(parser->report()), "");
    return parser->take_events();
  }
  // By the C library, which the parser does not ask.
  static TimeNs utc_ns(int year, int month, int day, int hour, int minute, int second, TimeNs ns = 0) {
    std::tm parts{};
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    parts.tm_hour = hour;
    parts.tm_min = minute;
    parts.tm_sec = second;
    return timegm(&parts) * TimeNs{1'000'000'000} + ns;
  }
  // 1 March 2024, 12:00:00, and so many seconds.
  static TimeNs noon_ns(double seconds_after = 0) {
    return utc_ns(2024, 3, 1, 12, 0, 0) + static_cast<TimeNs>(seconds_after * 1e9);
  }
};
INSTANTIATE_TEST_SUITE_P(Implementations, LogFormatsTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

// --- times ---

TEST_P(LogFormatsTest, ZonesAreReadInEverySpellingAndNeverTakenForNone) {
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

TEST_P(LogFormatsTest, WordsBehindATimeAreNoZones) {
  for (const std::string_view rest : {"[main] ERROR a", "- ERROR a", "-12345 ERROR a", "HOST ERROR a", "[-1] ERROR a",
                                      "(9) ERROR a", "ESTABLISHED ERROR a", "PMX ERROR a"}) {
    const auto events = parse(log4j, fmt::format("2024-03-01 12:00:00 {}\n", rest));
    EXPECT_EQ(events[0].malformed, Malformed::none) << rest;
    EXPECT_EQ(events[0].time_ns, noon_ns()) << rest;
    EXPECT_EQ(events[0].level, error) << rest;
  }
}

TEST_P(LogFormatsTest, DatesAreReadInEverySpelling) {
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

TEST_P(LogFormatsTest, OnlyWhatHasTheShapeOfAWholeStampStartsAnEvent) {
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

TEST_P(LogFormatsTest, NumbersOfJsonAreReadWhollyOrNotAtAll) {
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

// --- formats ---

struct FormatRow {
  Format format;
  std::string_view line;
  double seconds_after_noon = 0;  // -1: it has no time
  Level level = unknown;
  std::string_view key;  // of an error
};

TEST_P(LogFormatsTest, LinesOfProgramsMeanWhatTheySay) {
  for (const FormatRow& row : {
           // Syslog: RFC 3164, rsyslog, journalctl, RFC 5424, Cisco, BusyBox.
           FormatRow{syslog, "<11>Mar  1 12:00:00 host app[7]: lost 3", 0, error, "app[<num>]: lost <num>"},
           {syslog, "2024-03-01T14:00:00.250000+02:00 localhost app[12]: hello", 0.25, unknown, ""},
           {syslog, "2024-03-01T12:00:00+00:00 localhost sshd[12]: error: closed by 10.0.0.1", 0, error,
            "sshd[<num>]: error: closed by <ip>"},
           {syslog, "Mar  1 12:00:00 host java[9]: 2024-03-01 11:59:59,000 [main] WARN x", 0, warn, ""},
           {syslog, "Mar  1 2024 12:00:00 host app: x", 0, unknown, ""},
           {syslog, "Fri 2024-03-01 12:00:00 UTC host app[1]: x", 0, unknown, ""},
           {syslog, "<165>1 2024-03-01T12:00:00.003Z h app 12 ID47 [a@1 b=\"]\\\"\"][c] \xEF\xBB\xBFlost 3", 0.003,
            info, ""},
           {syslog, "<163>1 2024-03-01T12:00:00Z h app - - - lost 3", 0, error, "app: lost <num>"},
           {syslog, "<163>1 - h app - - - lost 3", -1, error, "app: lost <num>"},
           {syslog, "*Mar  1 12:00:00.123: %LINK-3-UPDOWN: Interface Fa0/1, down", 0.123, error,
            "%LINK-<num>-UPDOWN: Interface Fa<num>/<num>, down"},
           {syslog, "<189>29: *Mar  1 12:00:00 UTC: %SYS-5-CONFIG_I: Configured", 0, info, ""},
           {syslog, "Mar 01 2024 12:00:00: %ASA-4-106023: Deny", 0, warn, ""},
           {syslog, "Mar  1 12:00:00 host daemon.err hostapd: lost", 0, error, "daemon.err hostapd: lost"},
           // Access logs.
           {access, R"(example.com:80 10.0.0.1 - - [01/Mar/2024:12:00:00 +0000] "GET / HTTP/1.1" 503 5 "-" "x")", 0,
            error, "GET / HTTP/<num>.<num>"},
           {access, R"(10.0.0.1 - John Q. Smith [01/Mar/2024:12:00:00 +0000] "GET / HTTP/1.1" 404 5)", 0, warn, ""},
           {access, R"(10.0.0.1 - a [b c] [01/Mar/2024:12:00:00 +0000] "GET / HTTP/1.1" 200 5)", 0, info, ""},
           {access, R"(127.0.0.1 - - [01/Mar/2024 12:00:00] "GET / HTTP/1.1" 200 -)", 0, info, ""},
           {access, R"(::1 - - [01/Mar/2024:12:00:00 +0000] "-" 408 -)", 0, warn, ""},
           // A time, a level, a message.
           {log4j, "2024/03/01 12:00:00 [error] 1#1: *5 open() failed", 0, error, "<num>#<num>: *<num> open() failed"},
           {log4j, "2024/03/01 12:00:00 [emerg] 1#1: bind() failed", 0, fatal, "<num>#<num>: bind() failed"},
           {log4j, "2024-03-01 12:00:00.000 UTC [123] postgres@db ERROR:  relation \"x\" does not exist", 0, error,
            "relation \"x\" does not exist"},
           {log4j, "2024-03-01 12:00:00.000 UTC [123] LOG:  ready", 0, info, ""},
           {log4j, "2024-03-01 12:00:00.000 UTC [123] PANIC:  no disk", 0, fatal, "no disk"},
           {log4j, "2024-03-01 12:00:00.000 UTC [123] STATEMENT:  select 1", 0, info, ""},
           {log4j, "2024-03-01 12:00:00,123 - my.name - ERROR - lost 3", 0.123, error, "- lost <num>"},
           {log4j, "2024-03-01 12:00:00 +00:00 [ERR] lost", 0, error, "lost"},
           {log4j, "[12:00:00 INF] no date is no header", -1, unknown, ""},
           {log4j, "2024-03-01T12:00:00.000Z ERROR 1 --- [main] o.e.App : lost", 0, error,
            "<num> --- [main] o.e.App : lost"},
           {log4j, "2024-03-01 12:00:00|ERROR|lost", 0, error, "lost"},
           {log4j, "2024-03-01 12:00:00.000 | ERROR    | app:main:3 - lost", 0, error, "| app:main:<num> - lost"},
           {log4j, "2024-03-01 12:00:00,000:ERROR:app:lost", 0, error, "app:lost"},
           {log4j, "2024-03-01 12:00:00,ERROR,lost", 0, error, "lost"},
           {log4j, "\"2024-03-01 12:00:00\",\"ERROR\",\"lost\"", 0, error, "\"lost\""},
           {log4j, "2024-03-01T12:00:00.000Z\terror\tapp/main.go:3\tlost", 0, error, "app/main.go:<num>\tlost"},
           {log4j, "2024-03-01 12:00:00 (ERROR) lost", 0, error, "lost"},
           {log4j, "2024-03-01 12:00:00 ERROR, lost", 0, error, "lost"},
           {log4j, "2024-03-01 12:00:00 NOTICE lost", 0, info, ""},
           {log4j, "2024-03-01 12:00:00 CRIT lost", 0, fatal, "lost"},
           {log4j, "2024-03-01 12:00:00 EMERGENCY lost", 0, fatal, "lost"},
           {log4j, "2024-03-01 12:00:00 ALERT lost", 0, fatal, "lost"},
           {log4j, "2024-03-01 12:00:00 panic: lost", 0, fatal, "lost"},
           {log4j, "2024-03-01 12:00:00 E lost", 0, error, "lost"},
           {log4j, "2024-03-01 12:00:00 level=error msg=lost", 0, error, "msg=lost"},
           {log4j, "2024-03-01T12:00:00.000000Z 0 [Warning] [MY-010] [Server] lost", 0, warn, ""},
           {log4j, "[2024-03-01 12:00:00.000][1][error][main] lost", 0, error, "[main] lost"},
           {log4j, "ERROR 2024-03-01 12:00:00,000 lost", 0, error, "lost"},
           {log4j, "[ERROR] 2024-03-01 12:00:00 lost", 0, error, "lost"},
           {log4j, "ERROR [2024-03-01 12:00:00,000] org.x.Y: lost", 0, error, "org.x.Y: lost"},
           {log4j, "E, [2024-03-01T12:00:00.000000 #12] ERROR -- : lost", 0, error, "#<num>] ERROR -- : lost"},
           {log4j, "[E 240301 12:00:00 web:12] lost", 0, error, "web:<num>] lost"},
           {log4j, "12:M 01 Mar 2024 12:00:00.000 # lost", 0, warn, ""},
           {log4j, "[01-Mar-2024 12:00:00 UTC] PHP Warning:  lost", 0, warn, ""},
           {log4j, "01-Mar-2024 12:00:00.000 SEVERE [main] org.x.Y lost", 0, error, "[main] org.x.Y lost"},
           {log4j, "Mar 01, 2024 12:00:00 PM org.x.Y run\nSEVERE: lost 3", 0, error, "lost <num>"},
           {log4j, "[2024-03-01T12:00:00.000+0000] {task.py:12} ERROR - lost", 0, error, "- lost"},
           {log4j, "[2024-03-01 12:00:00,000: ERROR/ForkPoolWorker-1] lost", 0, error, "ForkPoolWorker-<num>] lost"},
           {syslog, "Mar  1 12:00:00 kdc krb5kdc[1](Error): lost", 0, error, "krb<num>kdc[<num>](Error): lost"},
           {logfmt, "type=SYSCALL msg=audit(1709294400.500:12): arch=c000003e success=yes", 0.5, unknown, ""},
           // Containers.
           {log4j, "2024-03-01T12:00:00.000000000Z stdout F 2024-03-01 11:00:00 ERROR lost", 0, error, "lost"},
           {log4j, R"(2024-03-01T12:00:00.000000000+00:00 stderr F {"level":"error","msg":"lost \u0041"})", 0, error,
            "lost A"},
           {log4j, "2024-03-01T12:00:00.000000000Z stderr F E0301 12:00:00.000000 1 a.go:12] lost", 0, error, "lost"},
           {json_lines,
            R"({"log":"2024-03-01 11:00:00 ERROR lost\n","stream":"stdout","time":"2024-03-01T12:00:00.5Z"})", 0.5,
            error, "lost"},
           {json_lines,
            R"({"log":"{\"level\":50,\"msg\":\"lost\"}\n","stream":"stdout","time":"2024-03-01T12:00:00Z"})", 0, error,
            "lost"},
           // The others.
           {logfmt, "time=2024-03-01T12:00:00Z level=error msg=\"lost \\\"a\\\" 3\"", 0, error, "lost \"a\" <num>"},
           {logfmt, "ts=1709294400.5 lvl=warn msg=lost", 0.5, warn, ""},
           {logfmt, "date=2024-03-01 time=12:00:00 devname=\"x\" level=\"notice\"", 0, info, ""},
           {klog, "E0301 12:00:00.500000   12345 file.go:12] lost", 0.5, error, "lost"},
           {klog, "W20240301 12:00:00.500000 12345 file.cc:12] lost", 0.5, warn, ""},
           {apache_error,
            "[Fri Mar 01 12:00:00.500000 2024] [core:error] [pid 12:tid 34] [client 10.0.0.1:5] AH00128: lost", 0.5,
            error, "AH<num>: lost"},
           {apache_error, "[Fri Mar 01 12:00:00 2024] [notice] ready", 0, info, ""},
           {logcat, "03-01 12:00:00.500  1234  5678 E Tag     : lost", 0.5, error, "Tag     : lost"},
           {logcat, "03-01 12:00:00.500 F/Tag( 1234): lost", 0.5, fatal, "Tag( <num>): lost"},
           {stamped, "nova-api.log.1.2017-05-16_13:53:08 2024-03-01 12:00:00.008 25746 ERROR nova.x lost", 0.008, error,
            "nova.x lost"},
           {stamped, "update-alternatives 2024-03-01 12:00:00: run with --install", 0, unknown, ""},
           {stamped, "- 1709294400 2005.06.03 R02-M1 lost", 0, unknown, ""},
           {custom, "nova-api.log 2024-03-01 12:00:00.008 25746 ERROR nova.x lost", 0.008, error, "nova.x lost"},
           {custom, "node-109 action error 1709294400 1 wait", 0, unknown, ""},
       }) {
    SCOPED_TRACE(row.line);
    const auto events = parse(row.format, fmt::format("{}\n", row.line));
    ASSERT_EQ(events.size(), 1U);
    const std::optional<TimeNs> time_ns =
        row.seconds_after_noon < 0 ? std::nullopt : std::optional(noon_ns(row.seconds_after_noon));
    EXPECT_EQ(events[0].time_ns, time_ns);
    EXPECT_EQ(events[0].level, row.level);
    EXPECT_EQ(events[0].key, row.key);
    const bool plain = row.format == log4j || row.format == stamped;
    const bool lacks_level = row.level == unknown && plain && row.seconds_after_noon >= 0;
    EXPECT_EQ(events[0].malformed, lacks_level ? Malformed::missing_level : Malformed::none);
  }
}

TEST_P(LogFormatsTest, LevelsAndTimesOfJsonAreKnownByTheNamesThatLibrariesGiveThem) {
  for (const FormatRow& row : {
           FormatRow{json_lines, R"({"level":50,"time":1709294400000,"pid":1,"msg":"lost"})", 0, error, "lost"},
           {json_lines, R"({"level":60,"time":1709294400000})", 0, fatal, ""},
           {json_lines, R"({"level":"30","time":1709294400000})", 0, info, ""},
           {json_lines, R"({"@timestamp":"2024-03-01T12:00:00.000Z","log.level":"error","message":"lost"})", 0, error,
            "lost"},
           {json_lines,
            R"({"@timestamp":"2024-03-01T12:00:00.000Z","log":{"logger":"x","level":"WARN"},"message":"m"})", 0, warn,
            ""},
           {json_lines, R"({"asctime":"2024-03-01 12:00:00,000","levelname":"CRITICAL","message":"lost"})", 0, fatal,
            "lost"},
           {json_lines, R"({"levelno":40,"created":1709294400.0,"msg":"lost"})", 0, error, "lost"},
           {json_lines, R"({"ts":1709294400.0,"lvl":"eror","LEVEL":"ERROR","Msg":"lost"})", 0, error, "lost"},
           {json_lines, R"({"Timestamp":"2024-03-01T12:00:00.0000000+00:00","Level":"Error","MessageTemplate":"lost"})",
            0, error, "lost"},
           {json_lines, R"({"@t":"2024-03-01T12:00:00.0Z","@mt":"lost","@l":"Fatal"})", 0, fatal, "lost"},
           {json_lines, R"({"@level":"error","@message":"lost","@timestamp":"2024-03-01T12:00:00Z"})", 0, error,
            "lost"},
           {json_lines, R"({"__REALTIME_TIMESTAMP":"1709294400000000","PRIORITY":"3","MESSAGE":"lost"})", 0, error,
            "lost"},
           {json_lines, R"({"timeUnixNano":"1709294400000000000","severityNumber":17,"body":{"stringValue":"lost"}})",
            0, error, "lost"},
           {json_lines, R"({"timestamp":"2024-03-01T12:00:00Z","severity_text":"ERROR","body":"lost"})", 0, error,
            "lost"},
           {json_lines, R"({"t":{"$date":"2024-03-01T12:00:00.000+00:00"},"s":"E","c":"NETWORK","msg":"lost"})", 0,
            error, "lost"},
           {json_lines,
            R"({"instant":{"epochSecond":1709294400,"nanoOfSecond":500000000},"level":"ERROR","message":"lost"})", 0.5,
            error, "lost"},
           {json_lines,
            R"({"timestamp":"2024-03-01T12:00:00Z","level":"ERROR","fields":{"message":"lost"},"target":"x"})", 0,
            error, "lost"},
           {json_lines, R"({"version":"1.1","host":"h","short_message":"lost","timestamp":1709294400,"level":3})", 0,
            error, "lost"},
           {json_lines, R"({"message":"lost","level":400,"level_name":"ERROR","datetime":"2024-03-01T12:00:00+00:00"})",
            0, error, "lost"},
           {json_lines, R"({"severity":"EMERGENCY","timestamp":{"seconds":1709294400,"nanos":5},"textPayload":"lost"})",
            5e-9, fatal, "lost"},
           {json_lines, R"({"time":"2024-03-01T12:00:00\u002B00:00","l\u0065vel":"err\u006fr","msg":"lost"})", 0, error,
            "lost"},
           {json_lines, R"({"time":"2024-03-01T12:00:00Z","x":{"level":"error"},"level":1,"msg":"m"})", 0, unknown, ""},
       }) {
    SCOPED_TRACE(row.line);
    const auto events = parse(row.format, fmt::format("{}\n", row.line));
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].time_ns, noon_ns() + static_cast<TimeNs>(row.seconds_after_noon * 1e9 + 0.5));
    EXPECT_EQ(events[0].level, row.level);
    EXPECT_EQ(events[0].key, row.key);
    EXPECT_EQ(events[0].malformed, Malformed::none);
  }
}

TEST_P(LogFormatsTest, AContainersLinesGoOnWithTheEventThatTheyBelongTo) {
  const auto docker = [](std::string_view text) {
    return fmt::format(R"({{"log":"{}\n","stream":"stderr","time":"2024-03-01T12:00:00Z"}})"
                       "\n",
                       text);
  };
  EXPECT_THAT(parse(json_lines, docker("ERROR a") + docker("\\tat b") + docker("Caused by: c") + docker("INFO d")),
              ElementsAre(testing::Field(&Event::lines, 3U), testing::Field(&Event::lines, 1U)));
  const auto cri = [](std::string_view text) {
    return fmt::format("2024-03-01T12:00:00.000000000Z stdout F {}\n", text);
  };
  EXPECT_THAT(parse(log4j, cri("ERROR a") + cri("\tat b") + cri("Caused by: c") + cri("INFO d")),
              ElementsAre(testing::Field(&Event::lines, 3U), testing::Field(&Event::lines, 1U)));
}

TEST_P(LogFormatsTest, Utf16IsToldAsSuchInBothOrders) {
  const std::string_view text = "2024-03-01 12:00:00 ERROR a\n2024-03-01 12:00:00 ERROR b\n";
  for (const bool big : {false, true}) {
    for (const bool mark : {false, true}) {
      std::string wide = mark ? big ? "\xFE\xFF" : "\xFF\xFE" : "";
      for (const char c : text) wide += big ? std::string{'\0', c} : std::string{c, '\0'};
      for (const Format format : {log4j, syslog, access, json_lines, logfmt, custom}) {
        EXPECT_EQ(parse(format, wide)[0].malformed, Malformed::utf16) << to_string(format) << big << mark;
      }
    }
  }
}

// --- any line in any format ---

TEST_P(LogFormatsTest, NoReaderNeedsTheShapeOfItsHeader) {
  const std::vector<std::string> lines{
      "<1",
      "<165>1 2024-03-01T12:00:00.003Z h app 12 ID47 [a@1 b=\"]\\\"\"][c] lost",
      "<189>29: *Mar  1 12:00:00 UTC: %SYS-5-C: x",
      "Mar  1 12:00:00.123 h app[1]: {\"level\":\"error\"}",
      "2024-03-01 12:00:00,123 +02:00 [main] ERROR a",
      "[2024-03-01T12:00:00.123Z] (CET) E/x",
      "10.0.0.1 - - [01/Mar/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 503 5 \"\\\"",
      R"({"log":"{\"level\":50,\"msg\":\"\\ud83d\"}\n","stream":"stdout","time":"2024-03-01T12:00:00\u00"})",
      "time=2024-03-01T12:00:00Z level=\"error\\",
      "E0301 12:00:00.500000   12345 file.go:12] lost",
      "[Fri Mar 01 12:00:00.500000 2024] [core:error] [pid 12:tid 34] [client 10.0.0.1:5] AH00128: lost",
      "03-01 12:00:00.500  1234  5678 E Tag     : lost",
      "12:M 01 Mar 2024 12:00:00.000 # lost",
      "@4000000065e1c34a00000000",
      "2024-03-01T12:00:00.000000000Z stdout F 2024-03-01T12:00:00.000000000Z stdout F x",
      "ERROR fe80::1:2:3 ::ffff:10.0.0.1"};
  std::mt19937_64 random(1);
  for (const Format format : {log4j, access, syslog, json_lines, custom, logfmt, klog, apache_error, logcat, stamped}) {
    LogParser::Options options = small_options(format);
    options.grouping = grouping_by(GroupingMode::halt_before, "?", "?");
    const auto parser = GetParam().make(options);
    const auto feed = [&](const std::string& line) {
      // In a room of its own, so that a byte too many is one that nobody owns.
      const std::vector<char> bytes(line.begin(), line.end());
      parser->feed("s", {bytes.data(), bytes.size()});
      parser->drain();
    };
    for (const std::string& line : lines) {
      for (std::size_t length = 1; length <= line.size(); ++length) feed(line.substr(0, length) + "\n");
      std::string changed = line;
      changed[random() % line.size()] = static_cast<char>(random());
      feed(changed + "\n");
    }
    parser->finish();
    EXPECT_EQ(contradiction(parser->report()), "") << to_string(format);
  }
  LogParser::Options options = small_options(syslog);
  options.grouping.start = {LinePattern::Place::starts_with, "<#"};
  EXPECT_EQ(parse(options, "<1\n")[0].malformed, Malformed::bad_timestamp);
}

// --- keys ---

TEST_P(LogFormatsTest, EscapesOfJsonAreReadBeforeTheKeyIsMade) {
  const auto key_of = [](std::string_view message) {
    return parse(json_lines, fmt::format(R"({{"level":"error","msg":"{}"}})"
                                         "\n",
                                         message))[0]
        .key;
  };
  EXPECT_EQ(key_of(R"(\u0430\u0434\u0440\u0435\u0441)"), "адрес");
  EXPECT_EQ(key_of(R"(\u0437\u0430\u0432\u0438\u0441)"), "завис");
  EXPECT_EQ(key_of(R"(caf\u00e9)"), key_of("caf\xC3\xA9"));
  EXPECT_EQ(key_of(R"(a\/b \"c\" \\d \ud83d\ude00)"), "a/b \"c\" \\d \xF0\x9F\x98\x80");
  EXPECT_EQ(key_of(R"(\ud83d)"), "\xEF\xBF\xBD") << "half a pair";
  EXPECT_EQ(key_of("\\u0031\\u0032"), "<num>");
}

TEST_P(LogFormatsTest, KeysNeitherFloodNorMergeWhatDiffers) {
  const auto distinct = [](auto&& line_of) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += fmt::format("2024-03-01 12:00:00 ERROR {}\n", line_of(i));
    LogParser::Options options = small_options(log4j);
    const auto parser = GetParam().make(options);
    parser->feed("s", text);
    parser->finish();
    return parser->report().all_time.distinct;
  };
  std::mt19937_64 random(7);
  const auto hex = [&](int digits) { return fmt::format("{:0{}x}", random() >> (64 - 4 * digits), digits); };
  EXPECT_EQ(distinct([&](int) { return "peer 2001:db8:" + hex(4) + "::" + hex(3) + "1 lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) { return "peer [fe80::" + hex(4) + ":" + hex(4) + ":" + hex(4) + ":1]:443 lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) {
              return "mac " + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) +
                     " lost";
            }),
            1U);
  EXPECT_EQ(distinct([&](int) { return "mac " + hex(4) + "." + hex(4) + "." + hex(4) + " lost"; }), 1U);
  EXPECT_EQ(distinct([&](int) { return "order 01HQWZ" + hex(10) + "KMNPQRST7V lost"; }), 1U);
  EXPECT_EQ(distinct([&](int i) { return "peer 10.0." + std::to_string(i % 256) + ".7 lost"; }), 1U);
  EXPECT_LE(distinct([&](int) { return "commit " + hex(7) + " lost"; }), 4U) << "digits alone, letters alone, and both";
  EXPECT_EQ(distinct([&](int i) { return "value '" + std::to_string(i) + "' lost"; }), 1U);
  const auto key_of = [](std::string_view message) {
    return parse(log4j, fmt::format("2024-03-01 12:00:00 ERROR {}\n", message))[0].key;
  };
  EXPECT_EQ(key_of("std::vector in Cache::add1 at 12:30:45 of ::1 or ::"),
            "std::vector in Cache::add<num> at <num>:<num>:<num> of <ip> or <ip>");
  EXPECT_EQ(key_of("1.2.3.4.5 and v1.2.3.4 and 300.1.1.1"),
            "<num>.<num>.<num>.<num>.<num> and v<num>.<num>.<num>.<num> and <num>.<num>.<num>.<num>");
  EXPECT_EQ(key_of("deadbeef is a word, 7f3c2a1 is none"), "deadbeef is a word, <hex> is none");
}

// --- what format a text has ---

TEST(DetectFormatTest, FindsTheFormatInWhichMostIsUnderstood) {
  EXPECT_EQ(detect_format("2024-03-01 12:00:00 ERROR a\n\tat b\n"), log4j);
  EXPECT_EQ(detect_format("2024-03-01T12:00:00.5+00:00 host app[1]: x\n"), syslog);
  EXPECT_EQ(detect_format("Mar  1 12:00:00 host app[1]: x\n"), syslog);
  EXPECT_EQ(detect_format("{\"level\":50,\"time\":1709294400000}\n"), json_lines);
  EXPECT_EQ(detect_format("1.2.3.4 - - [01/Mar/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 5\n"), access);
  EXPECT_EQ(detect_format("time=2024-03-01T12:00:00Z level=info msg=a\n"), logfmt);
  EXPECT_EQ(detect_format("I0301 12:00:00.500000   12345 file.go:12] a\n"), klog);
  EXPECT_EQ(detect_format("[Fri Mar 01 12:00:00.5 2024] [core:error] [pid 12] a\n"), apache_error);
  EXPECT_EQ(detect_format("03-01 12:00:00.500  1234  5678 E Tag: a\n"), logcat);
  EXPECT_EQ(detect_format("update-alternatives 2024-03-01 12:00:00: run\n"), stamped);
  EXPECT_EQ(detect_format("nothing that\nanybody could date\n"), std::nullopt);
  EXPECT_EQ(detect_format(""), std::nullopt);
  EXPECT_EQ(detect_format(std::string(detected_bytes + 9, 'x')), std::nullopt);
}

}  // namespace
}  // namespace contend::log_parser
