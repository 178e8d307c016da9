// Workloads of the log parser: which text comes in, from how many streams at once. An operation is a byte.

#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "bench/inputs/log_parser/synthetic_log.hpp"
#include "bench/log_parser/log_subject.hpp"
#include "bench/workload/workload.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

// More than a core's own caches hold.
constexpr std::size_t text_bytes = 4 * call_bytes;

using MakeText = std::string (SyntheticLog::*)(std::size_t);

// Made once for each kind of log: the two workloads of one kind share the text.
std::shared_ptr<const LogText> text_of(Format format, MakeText make) {
  static std::map<Format, std::shared_ptr<const LogText>> texts;
  std::shared_ptr<const LogText>& text = texts[format];
  if (text == nullptr) text = log_text(format, (SyntheticLog(1).*make)(text_bytes));
  return text;
}

bool add(const std::string& name, const std::string& summary, Format format, MakeText make, std::size_t streams,
         std::size_t piece_bytes) {
  return register_workload(
      workload_of(name, summary, [=] { return Shape{text_of(format, make), streams, piece_bytes}; }));
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
