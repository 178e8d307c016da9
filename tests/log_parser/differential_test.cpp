// Parallel equals sequential, byte for byte: however the bytes are cut, every implementation answers as the reference
// does when it is given them whole.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "bench/inputs/log_parser/synthetic_log.hpp"
#include "tests/log_parser/log_parsing.hpp"
#include "tests/support/implementations.hpp"
#include "tests/support/real_input.hpp"

namespace contend::log_parser {
namespace {

class LogParserDifferentialTest : public testing::TestWithParam<Implementation<LogParser>> {};
INSTANTIATE_TEST_SUITE_P(Implementations, LogParserDifferentialTest, testing::ValuesIn(implementations<LogParser>()),
                         implementation_name<LogParser>);

// Compares event by event, so that a difference is short enough to read.
void expect_same(LogParser& parser, LogParser& reference, const std::string& what) {
  const std::vector<Event> expected = reference.take_events();
  const std::vector<Event> events = parser.take_events();
  for (std::size_t i = 0; i < std::min(events.size(), expected.size()); ++i) {
    ASSERT_EQ(render(events[i]), render(expected[i])) << what;
    ASSERT_EQ(events[i], expected[i]) << what;
  }
  ASSERT_EQ(events.size(), expected.size()) << what;
  ASSERT_EQ(render(parser.report()), render(reference.report())) << what;
  ASSERT_EQ(contradiction(parser.report()), "") << what;
}

struct Case {
  std::string name;
  LogParser::Options options;
  std::string text;
};

// Each format, and each way of grouping, over text with all that is odd in it.
std::vector<Case> cases(std::uint64_t seed, std::size_t bytes, int odd_parts) {
  SyntheticLog log(seed, odd_parts);
  std::vector<Case> all;
  const auto add = [&](std::string name, Format format, std::string text) {
    LogParser::Options options = small_options(format);
    options.max_event_bytes = 200;
    options.slide_ns = 1'000'000'000;
    options.window_ns = 5'000'000'000;
    options.allowed_lateness_ns = 2'000'000'000;
    if (format == Format::custom) options.grouping = grouping_by(GroupingMode::halt_before, "####", "####");
    all.push_back({std::move(name), options, std::move(text)});
  };
  // Begins with a byte order mark and a line that is just not too long, before its line end.
  add("log4j", Format::log4j, "\xEF\xBB\xBF" + std::string(200, 'x') + "\r\n" + log.log4j(bytes));
  add("access", Format::access, log.access(bytes));
  add("syslog", Format::syslog, log.syslog(bytes));
  add("json_lines", Format::json_lines, log.json_lines(bytes));
  for (int mode = 0; mode < 4; ++mode) {
    add("custom " + std::string(to_string(static_cast<GroupingMode>(mode))), Format::custom, log.log4j(bytes));
    all.back().options.grouping.mode = static_cast<GroupingMode>(mode);
    if (mode < 2) all.back().options.grouping.condition = {LinePattern::Place::starts_with, "_at"};
    if (mode == 3) all.back().options.grouping.condition = {LinePattern::Place::ends_with, "?)"};
  }
  return all;
}

// One stream for each place of the cut, so that one parser does for all of them.
TEST_P(LogParserDifferentialTest, ACutAtAnyByteChangesNothing) {
  for (Case& each : cases(1, 800, 250)) {
    each.options.max_streams = each.text.size() + 2;
    const auto reference = make_reference(each.options);
    const auto parser = GetParam().make(each.options);
    const std::string_view text = each.text;
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::string stream = "cut at " + std::to_string(cut);
      reference->feed(stream, text);
      parser->feed(stream, text.substr(0, cut));
      parser->feed(stream, text.substr(cut));
    }
    reference->feed("byte by byte", text);
    for (const char byte : text) parser->feed("byte by byte", {&byte, 1});
    reference->finish();
    parser->finish();
    expect_same(*parser, *reference, each.name);
  }
}

TEST_P(LogParserDifferentialTest, RandomCutsOfManyStreamsChangeNothing) {
  const std::uint64_t seed = test_seed(7);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 4; ++round) {
    for (Case& each : cases(seed + static_cast<std::uint64_t>(round), 30'000, round * 30)) {
      each.options.chunk_bytes = 64 + random() % 4000;
      const auto reference = make_reference(each.options);
      const auto parser = GetParam().make(each.options);
      const std::size_t streams = 1 + random() % 5;
      for (std::string_view left = each.text; !left.empty();) {
        const std::string_view piece = left.substr(0, random() % (random() % 2 == 0 ? 100 : 20'000));
        const std::string stream = "stream " + std::to_string(random() % streams);
        reference->feed(stream, piece);
        parser->feed(stream, piece);
        left.remove_prefix(piece.size());
      }
      reference->finish();
      parser->finish();
      expect_same(*parser, *reference, fmt::format("{}, seed {}, round {}", each.name, seed, round));
    }
  }
}

// --- real logs ---

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::filesystem::path> real_logs() {
  std::vector<std::filesystem::path> files;
  const auto folder = real_input("logs");
  if (!folder) return files;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

LogParser::Options options_for(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const auto is = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  LogParser::Options options;
  options.chunk_bytes = 4096;
  options.keep = KeepEvents::all;
  options.threads = 3;
  options.allowed_lateness_ns = max_log_duration_ns;
  options.format = Format::log4j;
  if (is("access")) options.format = Format::access;
  if (is("Linux") || is("OpenSSH")) options.format = Format::syslog;
  const auto by_start = [&](std::string_view start) {
    options.format = Format::custom;
    options.grouping = grouping_by(GroupingMode::halt_before, start, start);
  };
  if (is("loghub_Apache")) by_start("[@@@ @@@ ## ##:##:## ####]");
  if (is("HDFS")) by_start("###### ######");
  if (is("OpenStack")) by_start("nova-");
  return options;
}

TEST_P(LogParserDifferentialTest, RealLogsGiveTheSameAnswers) {
  const auto files = real_logs();
  if (files.empty()) GTEST_SKIP() << no_real_input("logs");
  for (const auto& path : files) {
    const LogParser::Options options = options_for(path);
    const std::string text = read_file(path);
    const auto reference = make_reference(options);
    const auto parser = GetParam().make(options);
    for (const char* stream : {"whole", "in pieces"}) reference->feed(stream, text);
    parser->feed("whole", text);
    const std::uint64_t seed = test_seed(3);
    std::mt19937_64 random(seed);
    for (std::string_view left = text; !left.empty();) {
      const std::string_view piece = left.substr(0, 1 + random() % 50'000);
      parser->feed("in pieces", piece);
      left.remove_prefix(piece.size());
    }
    reference->finish();
    parser->finish();
    expect_same(*parser, *reference, fmt::format("{}, seed {}", path.string(), seed));
  }
}

// What is known of the files without this parser.
TEST(LogParserRealLogsTest, AreAsTheirSourcesSay) {
  const auto files = real_logs();
  if (files.empty()) GTEST_SKIP() << no_real_input("logs");
  std::size_t loghub = 0;
  std::size_t without_final_newline = 0;
  for (const auto& path : files) {
    SCOPED_TRACE(path);
    const std::string text = read_file(path);
    const auto parser = make_reference(options_for(path));
    parser->feed("s", text);
    parser->finish();
    const Report report = parser->report();
    const bool open_end = !text.ends_with('\n');
    EXPECT_EQ(report.totals.lines, static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + (open_end ? 1 : 0));
    EXPECT_EQ(report.totals.bytes, text.size());
    EXPECT_EQ(contradiction(report), "");
    for (const Event& event : parser->take_events()) ASSERT_EQ(event.text.find('\r'), std::string::npos);
    if (path.filename() == "apache_access.log") {
      const std::uint64_t lines = report.totals.lines > 300 ? 10'000 : 300;  // of the whole file, and of the cut one
      EXPECT_EQ(report.totals.lines, lines);
      EXPECT_EQ(report.totals.events, lines);
    } else if (path.filename().string().starts_with("loghub_")) {
      ++loghub;
      without_final_newline += open_end ? 1 : 0;
      EXPECT_EQ(report.totals.lines, 2000U);
      EXPECT_EQ(std::ranges::count(text, '\r'), std::ranges::count(text, '\n')) << "every line ends in CR LF";
      EXPECT_EQ(report.totals.events, 2000U) << "each line has its own stamp";
      EXPECT_EQ(report.totals.malformed, decltype(report.totals.malformed){});
    }
  }
  if (loghub == 8) {
    EXPECT_EQ(without_final_newline, 6U);
  }
}

}  // namespace
}  // namespace contend::log_parser
