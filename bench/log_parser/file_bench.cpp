// A user's log as a workload of the log parser.

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "bench/log_parser/log_subject.hpp"
#include "bench/workload/workload.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

// The format in which most events of the text's beginning are whole.
Format guess_format(std::string_view text, const std::filesystem::path& file) {
  Format best = Format::log4j;
  std::uint64_t most = 0;
  for (const Format format : {Format::log4j, Format::access, Format::syslog, Format::json_lines}) {
    LogParser::Options options;
    options.format = format;
    options.keep = KeepEvents::nothing;
    const auto parser = Registry<LogParser>::instance().find("reference")->make(options);
    parser->feed("file", text.substr(0, call_bytes));
    const Totals totals = parser->report().totals;
    std::uint64_t whole = totals.events - totals.orphans;
    for (const std::uint64_t malformed : totals.malformed) whole -= malformed;
    if (whole > most) {
      most = whole;
      best = format;
    }
  }
  if (most > 0) return best;
  throw std::runtime_error(
      fmt::format("{}: no line begins like one of log4j, access, syslog or json_lines", file.string()));
}

Workload<LogParser> read_log(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(input), {}};
  if (!input) throw std::runtime_error(fmt::format("{}: cannot be read", file.string()));
  if (text.empty()) throw std::runtime_error(fmt::format("{}: is empty", file.string()));
  if (text.back() != '\n') text += '\n';
  const Format format = guess_format(text, file);
  // A feed of a whole megabyte needs a text of one.
  for (const std::string once = text; text.size() < call_bytes;) text += once;
  const std::shared_ptr<const LogText> log = log_text(format, std::move(text));
  return workload_of("input", fmt::format("{} as {}, a megabyte a feed", file.string(), to_string(format)),
                     [=] { return Shape{log, 1, call_bytes}; });
}

const bool input_registered = register_input<LogParser>(
    "--input", "log_parser", "a log file (log4j, access, syslog or JSON lines, found out by itself)", read_log);

}  // namespace
}  // namespace contend::log_parser
