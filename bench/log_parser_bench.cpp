// Workloads of the log parser: whose text comes in, from how many streams at once. An operation is a byte.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/engine/callers.hpp"
#include "bench/engine/workload.hpp"
#include "bench/inputs/log_parser/synthetic_log.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

constexpr std::size_t call_bytes = 1 << 20;

struct Shape {
  Format format = Format::log4j;
  std::shared_ptr<const std::string> text;  // whole lines; comes again and again
  std::size_t streams = 1;                  // that the pieces of a call go to in turn
  std::size_t piece_bytes = call_bytes;
};

// Only counts; the text comes again, so nothing may be late, and the window covers all of it.
LogParser::Options options_of(const Shape& shape, int threads) {
  LogParser::Options options;
  options.format = shape.format;
  options.threads = threads;
  options.max_streams = shape.streams;
  options.window_ns = 3'600'000'000'000;
  options.slide_ns = 60'000'000'000;
  options.allowed_lateness_ns = max_log_duration_ns;
  options.keep = KeepEvents::nothing;
  return options;
}

class LogCaller {
 public:
  LogCaller(LogParser& parser, const Shape& shape, const std::vector<std::string>& names)
      : parser_(parser), shape_(shape), names_(names), at_(shape.streams) {
    // Streams are at different places of the text.
    for (std::size_t i = 0; i < at_.size(); ++i) at_[i] = shape.text->size() / at_.size() * i;
  }

  void call() {
    for (std::size_t left = call_bytes; left > 0;) {
      std::size_t& at = at_[stream_];
      const std::size_t bytes = std::min({left, shape_.piece_bytes, shape_.text->size() - at});
      parser_.feed(names_[stream_], {shape_.text->data() + at, bytes}, 0, shape_.text);
      left -= bytes;
      at = (at + bytes) % shape_.text->size();
      stream_ = (stream_ + 1) % at_.size();
    }
    fed_ += call_bytes;
  }
  std::uint32_t operations_per_call() const { return call_bytes; }

  std::uint64_t fed() const { return fed_; }

 private:
  LogParser& parser_;
  const Shape shape_;
  const std::vector<std::string>& names_;
  std::vector<std::size_t> at_;
  std::size_t stream_ = 0;
  std::uint64_t fed_ = 0;
};

class LogSubject final : public CallerSubject<LogParser, LogCaller> {
 public:
  LogSubject(std::unique_ptr<LogParser> parser, const Shape& shape) : CallerSubject(std::move(parser)), shape_(shape) {
    for (std::size_t i = 0; i < shape.streams; ++i) names_.push_back("service/" + std::to_string(i));
  }

  // Every stream has an event open, and a part of a line.
  void prefill() override {
    const std::string_view head = std::string_view(*shape_.text).substr(0, 100);
    for (const std::string& name : names_) system().feed(name, head);
    system().drain();
  }
  std::vector<std::uint64_t> work_of_threads() override { return system().work_of_threads(); }
  std::string validate() override {
    system().finish();
    const Report report = system().report();
    const std::uint64_t fed =
        callers().front()->fed() + names_.size() * std::min<std::size_t>(100, shape_.text->size());
    if (report.totals.bytes != fed) return fmt::format("fed {} bytes, counted {}", fed, report.totals.bytes);
    return contradiction(report);
  }
  // Streams, so that bytes per entry are those of an open one; told where there are many.
  std::size_t entries() const override { return names_.size(); }

 private:
  LogCaller make_caller(int, std::uint64_t) override { return LogCaller(system(), shape_, names_); }

  const Shape shape_;
  std::vector<std::string> names_;
};

// `shape` is asked for before each trial, and in it.
Workload<LogParser> workload_of(const std::string& name, const std::string& summary,
                                const std::function<Shape()>& shape) {
  return {.name = name,
          .summary = summary,
          .prepare =
              [shape](const Maker<LogParser>& make, int threads) {
                const Shape made = shape();
                return std::make_unique<LogSubject>(make(options_of(made, threads)), made);
              },
          .before_trials = [shape] { shape(); }};
}

// More than a core's own caches hold.
constexpr std::size_t text_bytes = 4 * call_bytes;

using MakeText = std::string (SyntheticLog::*)(std::size_t);

// Made once for each kind of log: the two workloads of one kind share the text.
std::shared_ptr<const std::string> text_of(MakeText make) {
  static std::vector<std::pair<MakeText, std::shared_ptr<const std::string>>> texts;
  const auto known = std::ranges::find(texts, make, &decltype(texts)::value_type::first);
  if (known != texts.end()) return known->second;
  return texts.emplace_back(make, std::make_shared<const std::string>((SyntheticLog(1).*make)(text_bytes))).second;
}

bool add(const std::string& name, const std::string& summary, Format format, MakeText make, std::size_t streams,
         std::size_t piece_bytes) {
  return register_workload(
      workload_of(name, summary, [=] { return Shape{format, text_of(make), streams, piece_bytes}; }));
}

const bool workloads_registered =
    add("log4j", "one Java log with stack traces, a megabyte a feed", Format::log4j, &SyntheticLog::log4j, 1,
        call_bytes) &&
    add("interleaved", "1,024 such logs, 16 KB of one after the other", Format::log4j, &SyntheticLog::log4j, 1024,
        16 << 10) &&
    add("access", "one access log, a megabyte a feed", Format::access, &SyntheticLog::access, 1, call_bytes) &&
    add("json_lines", "one log of JSON lines, a megabyte a feed", Format::json_lines, &SyntheticLog::json_lines, 1,
        call_bytes) &&
    add("error_storm", "64 syslogs, 16 KB of one after the other, half of their lines errors", Format::syslog,
        &SyntheticLog::syslog, 64, 16 << 10);

// --- a user's file ---

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
  const auto shared = std::make_shared<const std::string>(std::move(text));
  return workload_of("input", fmt::format("{} as {}, a megabyte a feed", file.string(), to_string(format)),
                     [=] { return Shape{format, shared, 1, call_bytes}; });
}

const bool input_registered = register_input<LogParser>(
    "--input", "log_parser", "a log file (log4j, access, syslog or JSON lines, found out by itself)", read_log);

// The control: finds the ends of lines, which is the least that any parser does.
class NoopParser final : public LogParser {
 public:
  FeedStatus feed(std::string_view, std::string_view bytes, TimeNs, std::shared_ptr<const void>) override {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    while (const void* lf = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
      ++report_.totals.lines;
      at = static_cast<const char*>(lf) + 1;
    }
    report_.totals.bytes += bytes.size();
    return FeedStatus::accepted;
  }
  void flush_idle(TimeNs) override {}
  void advance_windows(TimeNs) override {}
  void drain() override {}
  void finish() override {}
  std::vector<Event> take_events() override { return {}; }
  Report report() override { return report_; }

 private:
  Report report_;
};

const bool system_registered =
    register_bench_system<LogParser, NoopParser>("log_parser", {.unit = "B", .unit_scale = 1e6, .owns_threads = true});

}  // namespace
}  // namespace contend::log_parser
