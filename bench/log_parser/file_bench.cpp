// A user's log as a workload of the log parser.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/inputs/log_parser/file_report.hpp"
#include "bench/log_parser/log_subject.hpp"
#include "bench/workload/workload.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

std::string read_text_file(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(input), {}};
  if (!input) throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
  if (text.empty()) throw std::runtime_error(fmt::format("{}: is empty", file.string()));
  return text;
}

// A log without years ends in the year in which its file was last written to.
std::string describe(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  const auto written = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(file));
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(written));
  return describe_log(file.string(), text, std::clamp(static_cast<int>(day.year()), 1970, 2200));
}

Workload<LogParser> read_log(const std::filesystem::path& file) {
  std::string text = read_text_file(file);
  if (text.back() != '\n') text += '\n';
  // A text of no known format can be measured all the same.
  const Format format = detect_format(text).value_or(Format::log4j);
  // A feed of a whole megabyte needs a text of one.
  for (const std::string once = text; text.size() < call_bytes;) text += once;
  const std::shared_ptr<const LogText> log = log_text(format, std::move(text));
  Workload<LogParser> workload = workload_of([log] { return Shape{.log = log}; });
  workload.name = "input";
  workload.summary = fmt::format("{} as {}, a megabyte a feed", file.string(), to_string(format));
  return workload;
}

const bool input_registered = register_input<LogParser>(
    "--input", "log_parser", "a log file, of which a report is printed and which is then measured", read_log, describe);

}  // namespace
}  // namespace contend::log_parser
