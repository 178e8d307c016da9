#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/workload/callers.hpp"
#include "bench/workload/workload.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

inline constexpr std::size_t call_bytes = 1 << 20;

// Whole lines, which come again and again.
struct LogText {
  Format format = Format::log4j;
  std::string text;
  std::uint64_t events = 0;  // as the reference counts them
};

struct Shape {
  std::shared_ptr<const LogText> log;
  std::size_t streams = 1;  // that the pieces of a call go to in turn
  std::size_t piece_bytes = call_bytes;
  KeepEvents keep = KeepEvents::nothing;  // what is kept is taken with each call
  std::size_t reports = 0;                // asked for with each call, and so the others
  std::size_t drains = 0;
  std::size_t flushes = 0;
};

// The text comes again, so nothing may be late, and the window covers all of it.
inline LogParser::Options options_of(const Shape& shape, int threads) {
  LogParser::Options options;
  options.format = shape.log->format;
  options.threads = threads;
  options.max_streams = shape.streams;
  options.window_ns = 3'600'000'000'000;
  options.slide_ns = 60'000'000'000;
  options.allowed_lateness_ns = max_log_duration_ns;
  options.keep = shape.keep;
  return options;
}

inline std::shared_ptr<const LogText> log_text(Format format, std::string text) {
  auto log = std::make_shared<LogText>(LogText{format, std::move(text)});
  const auto parser = Registry<LogParser>::instance().find("reference")->make(options_of({log}, 1));
  parser->feed("text", log->text);
  parser->finish();
  log->events = parser->report().totals.events;
  return log;
}

class LogCaller {
 public:
  LogCaller(LogParser& parser, const Shape& shape, const std::vector<std::string>& names)
      : parser_(parser), shape_(shape), text_(shape_.log->text), names_(names), at_(shape.streams) {
    // Streams are at different places of the text.
    for (std::size_t i = 0; i < at_.size(); ++i) at_[i] = text_.size() / at_.size() * i;
  }

  void call() {
    for (std::size_t left = call_bytes; left > 0;) {
      std::size_t& at = at_[stream_];
      const std::size_t bytes = std::min({left, shape_.piece_bytes, text_.size() - at});
      parser_.feed(names_[stream_], {text_.data() + at, bytes}, 0, shape_.log);
      left -= bytes;
      at = (at + bytes) % text_.size();
      stream_ = (stream_ + 1) % at_.size();
    }
    fed_ += call_bytes;
    for (std::size_t i = 0; i < shape_.flushes; ++i) parser_.flush_idle(0);
    for (std::size_t i = 0; i < shape_.drains; ++i) parser_.drain();
    for (std::size_t i = 0; i < shape_.reports; ++i) parser_.report();
    if (shape_.keep != KeepEvents::nothing) parser_.take_events();
  }
  std::uint32_t operations_per_call() const { return call_bytes; }

  std::uint64_t fed() const { return fed_; }

 private:
  LogParser& parser_;
  const Shape shape_;
  const std::string& text_;
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
    const std::string_view head = std::string_view(text_).substr(0, 100);
    for (const std::string& name : names_) system().feed(name, head);
    system().drain();
  }
  std::vector<std::uint64_t> work_of_threads() override { return system().work_of_threads(); }
  // Every byte is counted, and as many events as there are in so many bytes of the text; a stream begins anywhere in it.
  std::string validate_state() override {
    system().finish();
    const Report report = system().report();
    const std::uint64_t fed = callers().front()->fed() + names_.size() * std::min<std::size_t>(100, text_.size());
    if (report.totals.bytes != fed) return fmt::format("fed {} bytes, counted {}", fed, report.totals.bytes);
    const double laps = static_cast<double>(fed) / static_cast<double>(text_.size());
    const double expected = laps * static_cast<double>(shape_.log->events);
    const double off = std::abs(static_cast<double>(report.totals.events) - expected);
    if (off > 0.1 * expected + 2 * static_cast<double>(names_.size())) {
      return fmt::format("{} events where there are about {:.0f}", report.totals.events, expected);
    }
    return contradiction(report);
  }
  // Streams, so that bytes per entry are those of an open one; told where there are many.
  std::size_t entries() const override { return names_.size(); }

 private:
  LogCaller make_caller(int, std::uint64_t) override { return LogCaller(system(), shape_, names_); }

  const Shape shape_;
  const std::string& text_ = shape_.log->text;
  std::vector<std::string> names_;
};

// `shape` is asked for before each trial, and in it.
inline Workload<LogParser> workload_of(const std::function<Shape()>& shape) {
  Workload<LogParser> workload;
  workload.prepare = [shape](const Maker<LogParser>& make, int threads) {
    const Shape made = shape();
    return std::make_unique<LogSubject>(make(options_of(made, threads)), made);
  };
  workload.before_trials = [shape] { shape(); };
  return workload;
}

}  // namespace contend::log_parser
