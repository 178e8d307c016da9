// Workloads of the log parser: which text comes in, from how many streams at once. An operation is a byte.

#include <boost/describe/enum.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "bench/inputs/log_parser/synthetic_log.hpp"
#include "bench/log_parser/log_subject.hpp"
#include "bench/workload/words.hpp"
#include "bench/workload/workload.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {

BOOST_DESCRIBE_ENUM(KeepEvents, all, notable, nothing)

namespace {

// The kinds of made-up logs, by the names of their formats.
enum class Kind : std::uint8_t { log4j, access, syslog, json_lines };
BOOST_DESCRIBE_ENUM(Kind, log4j, access, syslog, json_lines)

struct Mix {
  Kind format = Kind::log4j;
  std::size_t text = 0;
  double odd = 0;
  int fields = 0;
  std::size_t streams = 0;
  std::size_t piece = 0;
  KeepEvents keep = KeepEvents::nothing;
  std::size_t reports = 0;
  std::size_t drains = 0;
  std::size_t flushes = 0;
};

const Words<Mix>& parser_words() {
  using Is = Words<Mix>;
  static const Words<Mix> words{
      Is::choice("format", &Mix::format, Kind::log4j, "of the text"),
      // More than a core's own caches hold.
      Is::bytes("text", &Mix::text, 4 * call_bytes, {1 << 10, 256 << 20},
                "length of the text, which comes again and again"),
      Is::percent("odd", &Mix::odd, 0, "of its lines are damaged, late, long or not UTF-8, in percent"),
      Is::count("fields", &Mix::fields, 0, {0, 100}, "more fields of each event; none in access logs"),
      Is::count("streams", &Mix::streams, 1, {1, 65'536}, "that the pieces go to in turn"),
      Is::bytes("piece", &Mix::piece, call_bytes, {64, call_bytes}, "bytes of a feed"),
      Is::choice("keep", &Mix::keep, KeepEvents::nothing, "which events are kept, and taken after each megabyte"),
      Is::count("reports", &Mix::reports, 0, {0, 1'000}, "that are asked for after each megabyte"),
      Is::count("drains", &Mix::drains, 0, {0, 1'000}, "times that all must be counted, after each megabyte"),
      Is::count("flushes", &Mix::flushes, 0, {0, 1'000}, "looks for streams that are idle, after each megabyte"),
  };
  return words;
}

std::string make_text(const Mix& mix) {
  SyntheticLog log(1, static_cast<int>(1000 * mix.odd), mix.fields);
  switch (mix.format) {
    case Kind::access:
      return log.access(mix.text);
    case Kind::syslog:
      return log.syslog(mix.text);
    case Kind::json_lines:
      return log.json_lines(mix.text);
    default:
      return log.log4j(mix.text);
  }
}
Format format_of(Kind kind) {
  switch (kind) {
    case Kind::access:
      return Format::access;
    case Kind::syslog:
      return Format::syslog;
    case Kind::json_lines:
      return Format::json_lines;
    default:
      return Format::log4j;
  }
}

// Made once for each text: workloads of the same share it.
std::shared_ptr<const LogText> text_of(const Mix& mix) {
  using Text = std::tuple<Kind, std::size_t, double, int>;
  static std::map<Text, std::shared_ptr<const LogText>> texts;
  std::shared_ptr<const LogText>& text = texts[{mix.format, mix.text, mix.odd, mix.fields}];
  if (text == nullptr) text = log_text(format_of(mix.format), make_text(mix));
  return text;
}

Workload<LogParser> workload_of_mix(const Mix& mix) {
  return workload_of(
      [mix] { return Shape{text_of(mix), mix.streams, mix.piece, mix.keep, mix.reports, mix.drains, mix.flushes}; });
}

const bool words_registered = register_words<LogParser>(parser_words(), workload_of_mix);

bool add(const std::string& name, const std::string& summary, const std::string& text) {
  return register_text<LogParser>(name, summary, text);
}

const bool workloads_registered =
    add("log4j", "one Java log with stack traces, a megabyte a feed", "") &&
    add("interleaved", "1,024 such logs, 16 KB of one after the other", "streams=1024,piece=16k") &&
    add("access", "one access log, a megabyte a feed", "format=access") &&
    add("json_lines", "one log of JSON lines, a megabyte a feed", "format=json_lines") &&
    add("error_storm", "64 syslogs, 16 KB of one after the other, half of their lines errors",
        "format=syslog,streams=64,piece=16k") &&
    add("kept", "one Java log, every event of which is kept and taken", "keep=all") &&
    add("watched", "64 Java logs with odd lines, and a report after each megabyte",
        "odd=2,streams=64,piece=16k,reports=1");

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
