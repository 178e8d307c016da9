// Log text in any format, grouped in any way and fed in any pieces: a design that splits a stream and one that does not
// say the same, and every report's sums fit.

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>

#include "impls/base/registry.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "tests/fuzz/target.hpp"

namespace contend::log_parser {
namespace {

constexpr std::size_t formats = boost::mp11::mp_size<boost::describe::describe_enumerators<Format>>::value;

LogParser::Options drawn_options(FuzzBytes& draws) {
  LogParser::Options options;
  options.format = static_cast<Format>(draws.byte() % formats);
  const std::uint8_t choices = draws.byte();
  options.grouping.mode = static_cast<GroupingMode>(choices % 4);
  options.keep = KeepEvents::all;
  options.max_event_bytes = 16U << (choices >> 2 & 7);
  options.chunk_bytes = 64;
  options.threads = 2;
  const auto drawn_pattern = [&](LinePattern& pattern) {
    const std::uint8_t place = draws.byte() % 3;
    if (place == 0 && options.format != Format::custom) return;
    pattern.place = place == 1 ? LinePattern::Place::ends_with : LinePattern::Place::starts_with;
    pattern.text = draws.take(1 + draws.byte() % 8);
    if (pattern.text.empty() || pattern.text.back() == '\\') pattern.text += '#';
  };
  drawn_pattern(options.grouping.start);
  drawn_pattern(options.grouping.condition);
  return options;
}

struct Told {
  Report report;
  std::vector<Event> events;
};

Told told_by(std::string_view design, const LogParser::Options& options, std::string_view text,
             std::size_t feed_bytes) {
  const auto parser = Registry<LogParser>::instance().find(design)->make(options);
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), feed_bytes))) {
    parser->feed("s", text.substr(0, feed_bytes));
  }
  parser->finish();
  return {parser->report(), parser->take_events()};
}

void run(std::string_view bytes) {
  FuzzBytes draws(bytes);
  const LogParser::Options options = drawn_options(draws);
  const std::size_t feed_bytes = 1 + draws.byte();
  const std::string_view text = draws.rest();
  const Told whole = told_by("reference", options, text, text.size());
  require(contradiction(whole.report).empty(), contradiction(whole.report));
  for (const auto& [design, size] : {std::pair("reference", feed_bytes), std::pair("chunk_parallel", text.size())}) {
    const Told other = told_by(design, options, text, size);
    require(other.report == whole.report, std::string("another report by ") + design);
    require(other.events == whole.events, std::string("other events by ") + design);
  }
  std::uint64_t lines = 0;
  for (const Event& event : whole.events) {
    lines += event.lines;
    require(event.text.size() <= options.max_event_bytes, "an event longer than its limit");
    require(event.key.size() <= max_template_bytes, "a key longer than its limit");
    require(is_error(event.level) || event.key.empty(), "a key without an error");
    require(render(event).find('\n') == std::string::npos, "an event that is rendered as two lines");
  }
  require(lines == whole.report.totals.lines, "lines that are in no event");
}

const bool registered = register_fuzz_target("log_text", run);

}  // namespace
}  // namespace contend::log_parser
