#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"

namespace contend::log_parser {

inline constexpr TimeNs second_ns = 1'000'000'000;
inline constexpr TimeNs march_ns = 1'709'251'200 * second_ns;  // 2024-03-01T00:00:00Z

inline LogParser::Options custom_options(const Grouping& grouping) {
  LogParser::Options options = small_options(Format::custom);
  options.grouping = grouping;
  return options;
}

class LogParserFixture : public testing::TestWithParam<Implementation<LogParser>> {
 protected:
  static std::unique_ptr<LogParser> make(const LogParser::Options& options) { return GetParam().make(options); }

  // What a whole stream gives.
  static std::vector<Event> parse(const LogParser::Options& options, std::string_view text, TimeNs now_ns = 0) {
    const auto parser = make(options);
    EXPECT_EQ(parser->feed("s", text, now_ns), FeedStatus::accepted);
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

// Lines of a format, fed in 2030.
class LogLinesFixture : public LogParserFixture {
 protected:
  static std::vector<Event> parse(Format format, std::string_view text) {
    LogParser::Options options = small_options(format);
    options.year = 2024;
    if (format == Format::custom) options.grouping = grouping_by(GroupingMode::halt_before, "?", "?");
    return parse(options, text);
  }
  static std::vector<Event> parse(const LogParser::Options& options, std::string_view text) {
    return LogParserFixture::parse(options, text, utc_ns(2030, 1, 1, 0, 0, 0));
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

}  // namespace contend::log_parser
