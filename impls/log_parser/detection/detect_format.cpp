#include "impls/log_parser/grouping/event_grouper.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "impls/log_parser/splitting/line_splitter.hpp"

namespace contend::log_parser {
namespace {

// Where two do equally well, the one that says more of a line comes first.
constexpr std::array<Format, 9> by_strictness{Format::json_lines,   Format::access, Format::klog,
                                              Format::apache_error, Format::syslog, Format::log4j,
                                              Format::logcat,       Format::logfmt, Format::stamped};

std::uint64_t understood(const ParsedBatch& batch) {
  std::uint64_t sum = 0;
  for (const EventRecord& event : batch.events) {
    const bool whole = event.malformed == Malformed::none || event.malformed == Malformed::missing_level;
    if (event.orphan || !whole) continue;
    sum += 1 + (event.stamp.kind == Stamp::Kind::none ? 0 : 4) + (event.level == Level::unknown ? 0 : 2);
  }
  return sum;
}

std::uint64_t understood(Format format, std::string_view lines) {
  LogParser::Options options;
  options.format = format;
  options.keep = KeepEvents::nothing;
  const ParseRules rules(options);
  EventGrouper grouper(rules);
  ParsedBatch batch;
  const std::string_view rest = split_lines(lines, 0, options.max_event_bytes, [&](const Line& line, bool may_be_high) {
    grouper.add(line, may_be_high, batch);
  });
  if (!rest.empty())
    grouper.add(make_line(rest, rest.size(), false, 0, lines.size() - rest.size(), options.max_event_bytes), true,
                batch);
  grouper.flush(batch);
  return understood(batch);
}

}  // namespace

std::optional<Format> detect_format(std::string_view sample) {
  if (sample.size() > detected_bytes) {
    sample = sample.substr(0, detected_bytes);
    // A line that is longer than all that is looked at is looked at in part.
    sample = sample.substr(0, sample.rfind('\n') == std::string_view::npos ? sample.size() : sample.rfind('\n') + 1);
  }
  std::optional<Format> best;
  std::uint64_t most = 0;
  for (const Format format : by_strictness) {
    const std::uint64_t sum = understood(format, sample);
    if (sum <= most) continue;
    most = sum;
    best = format;
  }
  return best;
}

}  // namespace contend::log_parser
