#include "bench/inputs/log_parser/file_report.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/log_parser/format/printable.hpp"
#include "impls/log_parser/log_parser.hpp"

namespace contend::log_parser {
namespace {

constexpr TimeNs second_ns = 1'000'000'000;
constexpr TimeNs minute_ns = 60 * second_ns;
constexpr std::size_t columns = 100;

struct Counts {
  std::uint64_t events = 0;
  std::uint64_t errors = 0;
};

struct Trouble {
  std::uint64_t events = 0;
  std::uint64_t first_line = 0;
  std::string text;  // of that line
};

// What is gathered of the events as they come.
struct Gathered {
  std::uint64_t timed_lines = 0;
  std::uint64_t whole_lines = 0;  // in events with time and level
  std::optional<TimeNs> first_ns;
  std::optional<TimeNs> last_ns;
  std::array<Trouble, malformed_reasons> malformed;
  Trouble orphans;
  Trouble untold;  // neither malformed nor with a level
  std::map<TimeNs, Counts> minutes;
};

void add(Trouble& trouble, const Event& event) {
  if (trouble.events++ > 0) return;
  trouble.first_line = event.line;
  trouble.text = event.text.substr(0, event.text.find('\n'));
}

void add(Gathered& gathered, const Event& event) {
  const bool bad = event.malformed != Malformed::none && event.malformed != Malformed::missing_level;
  if (event.malformed != Malformed::none) add(gathered.malformed[static_cast<std::size_t>(event.malformed)], event);
  if (event.orphan && !bad) add(gathered.orphans, event);
  if (!event.orphan && event.malformed == Malformed::none && event.level == Level::unknown) add(gathered.untold, event);
  if (bad || event.orphan || !event.time_ns || event.inherited_time) return;
  gathered.timed_lines += event.lines;
  gathered.whole_lines += event.level == Level::unknown ? 0 : event.lines;
  gathered.first_ns = std::min(gathered.first_ns.value_or(*event.time_ns), *event.time_ns);
  gathered.last_ns = std::max(gathered.last_ns.value_or(*event.time_ns), *event.time_ns);
  Counts& minute = gathered.minutes[*event.time_ns / minute_ns];
  ++minute.events;
  minute.errors += is_error(event.level) ? 1 : 0;
}

// At most so many code points, printable.
std::string shortened(std::string_view text, std::size_t most) {
  const std::string whole = printable(text.substr(0, 4 * most));
  std::size_t points = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if ((static_cast<unsigned char>(whole[i]) & 0xC0U) == 0x80U) continue;
    if (++points > most - 3) return whole.substr(0, i) + "...";
  }
  return whole;
}

std::string time_text(TimeNs time_ns) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(time_ns / second_ns)));
}

std::string count_of(std::uint64_t count, std::string_view one, std::string_view more) {
  return fmt::format("{} {}", count, count == 1 ? one : more);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  // Never 100.0 for what is not all, nor 0.0 for what is not nothing.
  const std::uint64_t tenths = whole == 0 ? 0 : part * 1000 / whole;
  const std::uint64_t shown = part > 0 && tenths == 0 ? 1 : tenths;
  return fmt::format("{}.{} %", shown / 10, shown % 10);
}

void put_levels(std::string& out, const Totals& totals) {
  std::string levels;
  for (std::size_t i = log_levels; i-- > 0;) {
    if (totals.levels[i] == 0) continue;
    levels += fmt::format("{}{} {}", levels.empty() ? "" : ", ", to_string(static_cast<Level>(i)), totals.levels[i]);
  }
  out += fmt::format("  Events      {} in {}: {}\n", totals.events, count_of(totals.lines, "line", "lines"), levels);
}

void put_trouble(std::string& out, std::string_view what, const Trouble& trouble) {
  if (trouble.events == 0) return;
  const std::string start = fmt::format("    {:>9} {:<16} line {}: ", trouble.events, what, trouble.first_line);
  out += start + shortened(trouble.text, columns - std::min(start.size(), columns - 20)) + "\n";
}

void put_troubles(std::string& out, const Gathered& gathered) {
  std::string troubles;
  put_trouble(troubles, "orphan", gathered.orphans);
  for (std::size_t i = 1; i < malformed_reasons; ++i) {
    put_trouble(troubles, to_string(static_cast<Malformed>(i)), gathered.malformed[i]);
  }
  put_trouble(troubles, "no level said", gathered.untold);
  if (!troubles.empty()) out += "  Not understood, by reason, with the first line of each\n" + troubles;
}

void put_errors(std::string& out, const TopErrors& errors) {
  if (errors.errors == 0) return;
  out += fmt::format("  Errors      {} of {}\n", errors.errors, count_of(errors.distinct, "kind", "kinds"));
  for (const ErrorCount& error : errors.top) {
    out += fmt::format("    {:>9} {}\n", error.count, shortened(error.key, columns - 14));
  }
}

// At most a dozen windows of one length, which people count in.
void put_windows(std::string& out, const Gathered& gathered) {
  if (gathered.minutes.empty()) return;
  constexpr TimeNs most = 12;
  constexpr std::array<TimeNs, 14> lengths{1,   5,    10,     30,     60,      180,     360,
                                           720, 1440, 10'080, 43'200, 129'600, 525'600, 5'256'000};
  const TimeNs first = gathered.minutes.begin()->first;
  const TimeNs last = gathered.minutes.rbegin()->first;
  const auto* const fits =
      std::ranges::find_if(lengths, [&](TimeNs minutes) { return last / minutes - first / minutes < most; });
  const TimeNs length = fits == lengths.end() ? lengths.back() : *fits;
  std::map<TimeNs, Counts> windows;
  for (TimeNs at = first / length; at <= last / length; ++at) windows[at];
  std::uint64_t largest = 1;
  for (const auto& [minute, counts] : gathered.minutes) {
    Counts& window = windows[minute / length];
    window.events += counts.events;
    window.errors += counts.errors;
    largest = std::max(largest, window.events);
  }
  const std::string unit = length < 60     ? count_of(static_cast<std::uint64_t>(length), "minute", "minutes")
                           : length < 1440 ? count_of(static_cast<std::uint64_t>(length / 60), "hour", "hours")
                                           : count_of(static_cast<std::uint64_t>(length / 1440), "day", "days");
  out += fmt::format("{:<32} {:>9} {:>9}\n", fmt::format("  Windows     of {}, from", unit), "events", "errors");
  for (const auto& [at, counts] : windows) {
    out += fmt::format("    {:>28} {:>9} {:>9}", time_text(at * length * minute_ns), counts.events, counts.errors);
    const std::uint64_t bar = (counts.events * 40 + largest - 1) / largest;
    out += (bar > 0 ? "  " + std::string(bar, '#') : "") + "\n";
  }
}

}  // namespace

std::string describe_log(std::string_view name, std::string_view text, int year) {
  const std::optional<Format> found = detect_format(text);
  LogParser::Options options;
  options.format = found.value_or(Format::log4j);
  options.threads = 1;
  options.year = year;
  options.keep = KeepEvents::all;
  options.allowed_lateness_ns = max_log_duration_ns;
  const auto parser = Registry<LogParser>::instance().find("reference")->make(options);
  Gathered gathered;
  const auto gather = [&] {
    for (const Event& event : parser->take_events()) add(gathered, event);
  };
  constexpr std::size_t piece_bytes = 1 << 20;
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
    parser->feed("file", text.substr(at, piece_bytes));
    gather();
  }
  parser->finish();
  gather();
  const Report report = parser->report();
  const std::uint64_t lines = report.totals.lines;
  std::string out = fmt::format("{}\n", shortened(name, columns));
  out += found ? fmt::format("  Format      {}\n", to_string(*found))
               : "  Format      none that is known; what follows is what log4j makes of it\n";
  out += fmt::format("  Understood  {} of lines are in events with time and level, {} in events with a time\n",
                     percent(gathered.whole_lines, lines), percent(gathered.timed_lines, lines));
  if (gathered.timed_lines * 2 < lines) {
    out += "              That is little: the counts below say less than the file holds.\n";
  } else if (gathered.whole_lines * 2 < lines) {
    out += "              Most lines say no level: errors among them are not counted.\n";
  }
  if (gathered.first_ns) {
    out += fmt::format("  Time        {} to {} UTC\n", time_text(*gathered.first_ns), time_text(*gathered.last_ns));
  }
  put_levels(out, report.totals);
  put_troubles(out, gathered);
  put_errors(out, report.all_time);
  put_windows(out, gathered);
  return out;
}

}  // namespace contend::log_parser
