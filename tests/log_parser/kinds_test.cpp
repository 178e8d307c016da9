// Logs of forty kinds and more, most of them made by the programs themselves, and what is in them, counted by hand and by
// other means than this parser: each is understood, or said not to be.

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <iterator>
#include <map>

#include "bench/inputs/log_parser/file_report.hpp"
#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/real_input.hpp"

namespace contend::log_parser {
namespace {

using enum Format;
using enum Level;

struct Kind {
  std::string file;
  std::optional<Format> format;  // none: it is not understood, and said not to be
  std::uint64_t lines = 0;
  std::uint64_t events = 0;
  std::string first;  // the second of the first event, UTC
  std::string last;
  std::map<Level, std::uint64_t> levels;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"alternatives.log", stamped, 12, 12, "2025-06-24 14:36:53", "2025-06-24 14:39:43", {{unknown, 12}}},
      {"apache_common.log",
       access,
       16,
       16,
       "2026-11-27 02:09:38",
       "2026-11-27 02:09:38",
       {{error, 1}, {info, 5}, {warn, 10}}},
      {"apache_error.log", apache_error, 10, 10, "2026-11-27 02:09:38", "2026-11-27 02:09:38", {{error, 5}, {info, 5}}},
      {"apache_vhosts.log",
       access,
       16,
       16,
       "2026-11-27 02:09:38",
       "2026-11-27 02:09:38",
       {{error, 1}, {info, 5}, {warn, 10}}},
      {"bunyan.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{debug, 1}, {error, 1}}},
      {"busybox_syslog.log", syslog, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"cisco.log", syslog, 3, 3, "2024-03-01 12:00:00", "2024-03-01 12:00:02", {{error, 1}, {info, 1}, {warn, 1}}},
      {"cri.log", log4j, 5, 4, "2024-03-01 12:00:00", "2024-03-01 12:00:03", {{error, 2}, {info, 1}, {warn, 1}}},
      {"dmesg.log", std::nullopt, 2, 1, "", "", {}},
      {"docker_json.log",
       json_lines,
       5,
       3,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:02",
       {{error, 1}, {info, 1}, {warn, 1}}},
      {"dpkg.log", log4j, 25, 25, "2025-06-24 14:36:25", "2025-06-24 14:36:25", {{unknown, 25}}},
      {"ecs.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"envoy.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{fatal, 1}, {info, 1}}},
      {"fortigate.log", logfmt, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{fatal, 1}, {info, 1}}},
      {"glog.log", klog, 3, 3, "2024-03-01 12:00:00", "2024-03-01 12:00:02", {{error, 1}, {info, 1}, {warn, 1}}},
      {"go_log.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{unknown, 2}}},
      {"java_util_logging.log",
       log4j,
       80,
       15,
       "2026-11-27 02:09:50",
       "2026-11-27 02:09:50",
       {{error, 5}, {info, 5}, {warn, 5}}},
      {"journalctl_full.log", syslog, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {unknown, 1}}},
      {"journalctl_iso.log", syslog, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{unknown, 1}, {warn, 1}}},
      {"journald.json",
       json_lines,
       3,
       3,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:02",
       {{error, 1}, {fatal, 1}, {info, 1}}},
      {"jupyter.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{info, 1}, {warn, 1}}},
      {"klog.log",
       klog,
       5,
       4,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:03",
       {{error, 1}, {fatal, 1}, {info, 1}, {warn, 1}}},
      {"logcat.log",
       logcat,
       4,
       4,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:03",
       {{debug, 1}, {error, 1}, {trace, 1}, {warn, 1}}},
      {"logrus.log",
       logfmt,
       4,
       4,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:03",
       {{error, 1}, {fatal, 1}, {info, 1}, {warn, 1}}},
      {"logstash_encoder.json",
       json_lines,
       2,
       2,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:01",
       {{error, 1}, {info, 1}}},
      {"loguru.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"mariadb.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 09:00:01", {{error, 1}, {info, 1}}},
      {"mongodb.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"mongodb_text.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"monolog.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{fatal, 1}, {info, 1}}},
      {"multilog.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {warn, 1}}},
      {"mysql.log", log4j, 3, 3, "2024-03-01 12:00:00", "2024-03-01 12:00:02", {{error, 1}, {info, 1}, {warn, 1}}},
      {"nginx_access.json", json_lines, 14, 14, "2026-11-27 02:09:35", "2026-11-27 02:09:36", {{unknown, 14}}},
      {"nginx_access.log",
       access,
       14,
       14,
       "2026-11-27 02:09:35",
       "2026-11-27 02:09:36",
       {{error, 2}, {info, 6}, {warn, 6}}},
      {"nginx_error.log", log4j, 33, 33, "2026-11-27 02:09:32", "2026-11-27 02:09:36", {{error, 7}, {info, 26}}},
      {"openstack.log", stamped, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"otel.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"php.log", log4j, 4, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{fatal, 1}, {warn, 1}}},
      {"pino.json",
       json_lines,
       4,
       4,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:03",
       {{error, 1}, {fatal, 1}, {info, 1}, {warn, 1}}},
      {"postgresql.log",
       log4j,
       18,
       18,
       "2026-11-27 02:09:53",
       "2026-11-27 02:09:55",
       {{error, 2}, {fatal, 1}, {info, 14}, {warn, 1}}},
      {"prometheus.log", logfmt, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"python_bars.log",
       log4j,
       37,
       17,
       "2026-11-27 02:09:44",
       "2026-11-27 02:09:44",
       {{debug, 4}, {error, 4}, {fatal, 1}, {info, 4}, {warn, 4}}},
      {"python_colons.log",
       log4j,
       37,
       17,
       "2026-11-27 02:09:44",
       "2026-11-27 02:09:44",
       {{debug, 4}, {error, 4}, {fatal, 1}, {info, 4}, {warn, 4}}},
      {"python_default.log",
       log4j,
       37,
       17,
       "2026-11-27 02:09:44",
       "2026-11-27 02:09:44",
       {{debug, 4}, {error, 4}, {fatal, 1}, {info, 4}, {warn, 4}}},
      {"python_level_first.log",
       log4j,
       37,
       17,
       "2026-11-27 02:09:44",
       "2026-11-27 02:09:44",
       {{debug, 4}, {error, 4}, {fatal, 1}, {info, 4}, {warn, 4}}},
      {"redis.log", log4j, 11, 10, "2026-11-27 02:09:39", "2026-11-27 02:09:41", {{info, 3}, {warn, 7}}},
      {"rsyslog_5424.log",
       syslog,
       20,
       20,
       "2026-11-27 02:09:31",
       "2026-11-27 02:09:32",
       {{error, 4}, {fatal, 4}, {info, 8}, {warn, 4}}},
      {"rsyslog_debian.log", syslog, 20, 20, "2026-11-27 02:09:31", "2026-11-27 02:09:32", {{error, 8}, {unknown, 12}}},
      {"rsyslog_traditional.log",
       syslog,
       20,
       20,
       "2026-11-27 02:09:31",
       "2026-11-27 02:09:32",
       {{error, 8}, {unknown, 12}}},
      {"ruby.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"serilog.log",
       log4j,
       6,
       4,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:03",
       {{error, 1}, {fatal, 1}, {info, 1}, {warn, 1}}},
      {"serilog_compact.json",
       json_lines,
       2,
       2,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:01",
       {{debug, 1}, {error, 1}}},
      {"spring_boot.log",
       log4j,
       5,
       3,
       "2024-03-01 12:00:00",
       "2024-03-01 12:00:02",
       {{error, 1}, {info, 1}, {warn, 1}}},
      {"squid.log", log4j, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{unknown, 2}}},
      {"tomcat.log", log4j, 3, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
      {"uvicorn.log", std::nullopt, 2, 1, "", "", {}},
      {"zap.json", json_lines, 2, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{fatal, 1}, {info, 1}}},
      {"zap_console.log", log4j, 4, 2, "2024-03-01 12:00:00", "2024-03-01 12:00:01", {{error, 1}, {info, 1}}},
  };
  return all;
}

std::string read_kind(const std::string& file) {
  std::ifstream input(real_input("log_kinds/" + file).value(), std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

std::string second_of(const Event& event) {
  const std::time_t seconds = event.time_ns.value_or(0) / 1'000'000'000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts)};
}

class LogKindsTest : public testing::TestWithParam<Implementation<LogParser>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogKindsTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

TEST_P(LogKindsTest, AreUnderstoodAsTheyWereCountedByOtherMeans) {
  for (const Kind& kind : kinds()) {
    SCOPED_TRACE(kind.file);
    const std::string text = read_kind(kind.file);
    LogParser::Options options = small_options(kind.format.value_or(log4j));
    options.year = kind.first.starts_with("2026") ? 2026 : 2024;
    options.max_ahead_ns = max_log_duration_ns;  // the machine's clock may be older than the logs
    options.allowed_lateness_ns = max_log_duration_ns;
    const auto parser = GetParam().make(options);
    for (std::size_t at = 0; at < text.size(); at += 500) parser->feed("s", std::string_view(text).substr(at, 500));
    parser->finish();
    const Totals totals = parser->report().totals;
    const std::vector<Event> events = parser->take_events();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(totals.lines, kind.lines);
    if (!kind.format) {
      EXPECT_TRUE(events[0].orphan || events[0].malformed != Malformed::none) << "it is not silently wrong";
      EXPECT_EQ(events[0].time_ns, std::nullopt);
      continue;
    }
    EXPECT_EQ(totals.events, kind.events);
    EXPECT_EQ(totals.untimed, 0U);
    EXPECT_EQ(second_of(events.front()), kind.first);
    EXPECT_EQ(second_of(events.back()), kind.last);
    for (std::size_t i = 0; i < log_levels; ++i) {
      const auto expected = kind.levels.find(static_cast<Level>(i));
      EXPECT_EQ(totals.levels[i], expected == kind.levels.end() ? 0U : expected->second)
          << to_string(static_cast<Level>(i));
    }
    for (std::size_t i = 1; i < malformed_reasons; ++i) {
      const auto reason = static_cast<Malformed>(i);
      if (reason == Malformed::missing_level) continue;  // told by the levels
      EXPECT_EQ(totals.malformed[i], 0U) << to_string(reason);
    }
  }
}

TEST(DetectedKindsTest, AreFoundByDetectFormat) {
  EXPECT_GE(kinds().size(), 50U);
  for (const Kind& kind : kinds()) EXPECT_EQ(detect_format(read_kind(kind.file)), kind.format) << kind.file;
}

// --- the report for people ---

TEST(FileReportTest, SaysHowMuchIsUnderstoodAndWhatIsNot) {
  const std::string report =
      describe_log("shop.log",
                   "left over\n2024-03-01 12:00:00 INFO a\n2024-03-01 12:00:01 ERROR lost 7\n\tat x\n"
                   "2024-03-01 12:10:00 ERROR lost 9\n2024-13-01 12:00:00 ERROR bad\n"
                   "2024-03-01 12:21:00 no word of it\n",
                   2024);
  // By hand: lines 2 to 5 of seven have time and level, and line 7 a time.
  EXPECT_EQ(report,
            "shop.log\n"
            "  Format      log4j\n"
            "  Understood  57.1 % of lines are in events with time and level, 71.4 % in events with a time\n"
            "  Time        2024-03-01 12:00:00 to 2024-03-01 12:21:00 UTC\n"
            "  Events      6 in 7 lines: error 3, info 1, unknown 2\n"
            "  Not understood, by reason, with the first line of each\n"
            "            1 orphan           line 1: left over\n"
            "            1 bad_timestamp    line 6: 2024-13-01 12:00:00 ERROR bad\n"
            "            1 missing_level    line 7: 2024-03-01 12:21:00 no word of it\n"
            "  Errors      3 of 2 kinds\n"
            "            2 lost <num>\n"
            "            1 bad\n"
            "  Windows     of 5 minutes, from    events    errors\n"
            "             2024-03-01 12:00:00         2         1  ########################################\n"
            "             2024-03-01 12:05:00         0         0\n"
            "             2024-03-01 12:10:00         1         1  ####################\n"
            "             2024-03-01 12:15:00         0         0\n"
            "             2024-03-01 12:20:00         1         0  ####################\n");
}

TEST(FileReportTest, FitsAHundredColumnsAndWorksOnAnyFile) {
  for (const Kind& kind : kinds()) {
    const std::string report =
        describe_log(std::string(300, 'n') + kind.file, read_kind(kind.file) + std::string(300, '\xFF'), 2024);
    for (std::size_t at = 0; at < report.size();) {
      const std::size_t end = report.find('\n', at);
      std::size_t points = 0;
      for (std::size_t i = at; i < end; ++i) points += (static_cast<unsigned char>(report[i]) & 0xC0U) != 0x80U ? 1 : 0;
      EXPECT_LE(points, 100U) << report.substr(at, end - at);
      at = end + 1;
    }
    EXPECT_EQ(report.find("none that is known") != std::string::npos, !kind.format) << kind.file;
  }
  EXPECT_NE(describe_log("empty", "", 2024).find("none that is known"), std::string::npos);
}

}  // namespace
}  // namespace contend::log_parser
