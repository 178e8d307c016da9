#include "impls/log_parser/log_parser.hpp"

#include <fmt/core.h>

#include <numeric>
#include <stdexcept>

#include "impls/base/enum_text.hpp"
#include "impls/log_parser/format/printable.hpp"

namespace contend::log_parser {

std::string_view to_string(Format format) {
  return enum_text(format);
}
std::string_view to_string(Level level) {
  return enum_text(level);
}
std::string_view to_string(Malformed reason) {
  return enum_text(reason);
}
std::string_view to_string(GroupingMode mode) {
  return enum_text(mode);
}
std::string_view to_string(FeedStatus status) {
  return enum_text(status);
}

static_assert(enum_count<Level> == log_levels);
static_assert(enum_count<Malformed> == malformed_reasons);

Totals& Totals::operator+=(const Totals& other) {
  bytes += other.bytes;
  lines += other.lines;
  events += other.events;
  orphans += other.orphans;
  truncated += other.truncated;
  dropped_bytes += other.dropped_bytes;
  invalid_utf8 += other.invalid_utf8;
  late += other.late;
  late_errors += other.late_errors;
  untimed += other.untimed;
  unkept += other.unkept;
  for (std::size_t i = 0; i < log_levels; ++i) levels[i] += other.levels[i];
  for (std::size_t i = 0; i < malformed_reasons; ++i) malformed[i] += other.malformed[i];
  return *this;
}

std::vector<std::pair<std::string_view, std::string>> Guarantees::describe() const {
  return {{"one stream", splits_streams ? "parsed by several threads" : "parsed by one thread at a time"},
          {"counted", counts_on_return ? "when feed returns" : "some time after feed"},
          {"reports", reports_never_wait ? "never wait for a feeder" : "wait for locks"}};
}

std::string render(const Event& event) {
  std::string flags;
  if (event.malformed != Malformed::none) flags += fmt::format(" malformed:{}", to_string(event.malformed));
  if (event.orphan) flags += " orphan";
  if (event.truncated) flags += " truncated";
  if (event.invalid_utf8) flags += " invalid_utf8";
  if (event.late) flags += " late";
  if (event.inherited_time) flags += " inherited_time";
  return fmt::format("{}:{}+{} offset {} time {} {}{} [{}] {}", printable(event.stream), event.line, event.lines,
                     event.offset, event.time_ns ? std::to_string(*event.time_ns) : "none", to_string(event.level),
                     flags, printable(event.key), printable(event.text));
}

namespace {

std::string render(std::string_view name, const TopErrors& errors) {
  std::string text = fmt::format("{}: {} errors, {} distinct\n", name, errors.errors, errors.distinct);
  for (const ErrorCount& error : errors.top) {
    text += fmt::format("  {} {}\n", error.count, printable(error.key));
  }
  return text;
}

std::uint64_t sum_of(const TopErrors& errors) {
  return std::accumulate(errors.top.begin(), errors.top.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const ErrorCount& error) { return sum + error.count; });
}

}  // namespace

std::string render(const Report& report) {
  const Totals& totals = report.totals;
  std::string text = fmt::format(
      "bytes {} lines {} events {} orphans {} truncated {} dropped_bytes {} invalid_utf8 {} late {} late_errors {} "
      "untimed {} unkept {} windowed {} retired {}\n",
      totals.bytes, totals.lines, totals.events, totals.orphans, totals.truncated, totals.dropped_bytes,
      totals.invalid_utf8, totals.late, totals.late_errors, totals.untimed, totals.unkept, report.windowed,
      report.retired);
  for (std::size_t i = 0; i < log_levels; ++i) {
    text += fmt::format("{} {} ", to_string(static_cast<Level>(i)), totals.levels[i]);
  }
  text += "\n";
  for (std::size_t i = 1; i < malformed_reasons; ++i) {
    text += fmt::format("{} {} ", to_string(static_cast<Malformed>(i)), totals.malformed[i]);
  }
  text += "\n";
  for (const WindowCount& window : report.windows) {
    text += fmt::format("until {}: events {} errors {}\n", window.end_ns, window.events, window.errors);
  }
  return text + render("all time", report.all_time) + render("newest window", report.newest_window);
}

std::string contradiction(const Report& report) {
  const Totals& totals = report.totals;
  const std::uint64_t by_level = std::accumulate(totals.levels.begin(), totals.levels.end(), std::uint64_t{0});
  if (by_level != totals.events) return fmt::format("{} events, but {} by level", totals.events, by_level);
  const std::uint64_t by_time = report.windowed + report.retired + totals.late + totals.untimed;
  if (by_time != totals.events) return fmt::format("{} events, but {} by time", totals.events, by_time);
  const std::uint64_t errors =
      totals.levels[static_cast<std::size_t>(Level::error)] + totals.levels[static_cast<std::size_t>(Level::fatal)];
  if (report.all_time.errors + totals.late_errors != errors) {
    return fmt::format("{} errors, but {} by key and {} late", errors, report.all_time.errors, totals.late_errors);
  }
  for (const TopErrors* list : {&report.all_time, &report.newest_window}) {
    const std::uint64_t listed = sum_of(*list);
    const bool whole = list->top.size() == list->distinct;
    if (listed > list->errors || (whole && listed != list->errors)) {
      return fmt::format("{} errors, but {} in a list of {} of {} keys", list->errors, listed, list->top.size(),
                         list->distinct);
    }
  }
  if (!report.windows.empty() && report.windows.back().errors != report.newest_window.errors) {
    return fmt::format("{} errors in the newest window, but {} by key", report.windows.back().errors,
                       report.newest_window.errors);
  }
  for (const WindowCount& window : report.windows) {
    if (window.errors > window.events || window.events > report.windowed) {
      return fmt::format("{} errors of {} events in a window, of {} in all", window.errors, window.events,
                         report.windowed);
    }
  }
  return "";
}

void validate(const LogParser::Options& options) {
  const auto demand = [](bool holds, std::string_view field, auto value, std::string_view allowed) {
    if (!holds) throw std::invalid_argument(fmt::format("log_parser: {} is {}, allowed is {}", field, value, allowed));
  };
  require_enumerator("log_parser: format", options.format);
  require_enumerator("log_parser: grouping.mode", options.grouping.mode);
  demand(options.threads >= 1 && options.threads <= 256, "threads", options.threads, "1 to 256");
  demand(options.max_event_bytes >= 16 && options.max_event_bytes <= (std::size_t{1} << 30), "max_event_bytes",
         options.max_event_bytes, "16 to 2^30");
  demand(options.slide_ns >= 1 && options.slide_ns <= max_log_duration_ns, "slide_ns", options.slide_ns, "1 to 2^60");
  demand(options.window_ns >= options.slide_ns && options.window_ns % options.slide_ns == 0 &&
             options.window_ns / options.slide_ns <= 4096,
         "window_ns", options.window_ns, "a multiple of slide_ns, 1 to 4096 slides");
  demand(options.windows >= 1 && options.windows <= 4096, "windows", options.windows, "1 to 4096");
  demand(options.allowed_lateness_ns >= 0 && options.allowed_lateness_ns <= max_log_duration_ns, "allowed_lateness_ns",
         options.allowed_lateness_ns, "0 to 2^60");
  demand(options.max_ahead_ns >= 0 && options.max_ahead_ns <= max_log_duration_ns, "max_ahead_ns", options.max_ahead_ns,
         "0 to 2^60");
  demand(options.k >= 1 && options.k <= max_top, "k", options.k, "1 to 64");
  demand(options.year >= 1970 && options.year <= 2200, "year", options.year, "1970 to 2200");
  demand(options.max_streams >= 1, "max_streams", options.max_streams, "at least 1");
  demand(options.flush_timeout_ns >= 0, "flush_timeout_ns", options.flush_timeout_ns, "0 and more");
  demand(options.max_pending_bytes >= 1, "max_pending_bytes", options.max_pending_bytes, "at least 1");
  demand(options.chunk_bytes >= 64, "chunk_bytes", options.chunk_bytes, "at least 64");
  for (const auto& [name, pattern] : {std::pair("grouping.start", &options.grouping.start),
                                      std::pair("grouping.condition", &options.grouping.condition)}) {
    const bool header = pattern->place == LinePattern::Place::header;
    demand(header || !pattern->text.empty(), fmt::format("{}.text", name), "empty", "a pattern of one byte and more");
    demand(header || pattern->text.back() != '\\' || pattern->text.ends_with("\\\\"), fmt::format("{}.text", name),
           pattern->text, "a pattern that does not end in a single \\");
    demand(!header || options.format != Format::custom, fmt::format("{}.place", name), "header",
           "starts_with or ends_with: a custom format has no header of its own");
  }
}

}  // namespace contend::log_parser
