// What the lines of programs that people run mean: levels, messages and shapes, each by a table written by hand, over every
// implementation.

#include <fmt/core.h>

#include <random>

#include "tests/log_parser/log_parser_fixture.hpp"

namespace contend::log_parser {
namespace {

using testing::ElementsAre;
using enum Format;
using enum Level;

class LogFormatsTest : public LogLinesFixture {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogFormatsTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

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
