// Attacks on log parsers: several feeders, and what readers are shown of them.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "impls/base/registry.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "stress/driver/attack.hpp"
#include "stress/log_parser/feeding.hpp"

namespace contend::log_parser {
namespace {

// --- cuts: several feeders, cut at random, and the sequential answer byte for byte ---

constexpr Sized streams_of_feeder{.full = 2, .small = {1, 2}};
constexpr int odd_lines_of_cuts = 40;  // of a thousand

std::string answers(LogParser& parser) {
  std::string text;
  for (const Event& event : parser.take_events()) text += render(event) + "\n";
  return text + render(parser.report());
}

std::string first_difference(const std::string& seen, const std::string& expected) {
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(seen, expected).in1 - seen.begin());
  const auto line_at = [&](const std::string& text) {
    const std::size_t start = at == 0 ? 0 : text.rfind('\n', std::min(at, text.size()) - 1) + 1;
    return text.substr(start, std::min<std::size_t>(300, text.find('\n', start) - start));
  };
  return fmt::format("got:      {}\nexpected: {}", line_at(seen), line_at(expected));
}

void round_of_cuts(const Subject<LogParser>& subject, Round& round) {
  Outcomes::Counter& bytes = round.required("bytes", "fed by several threads, cut at random");
  Outcomes::Counter& different = round.forbidden("answers that differ", "parallel does not equal sequential");
  const auto feeders = static_cast<std::size_t>(round.threads(2));
  const Format format = round.random()() % 4 == 0 ? Format::json_lines : Format::log4j;
  const std::size_t streams = static_cast<std::size_t>(round.size(streams_of_feeder)) * feeders;
  const FedTexts texts = draw_texts(round, format, streams, odd_lines_of_cuts);
  bytes.add(texts.bytes);
  const LogParser::Options options = attack_options(format, round);
  const auto reference = Registry<LogParser>::instance().find("reference")->make(options);
  for (std::size_t stream = 0; stream < streams; ++stream) reference->feed(stream_name(stream), texts.streams[stream]);
  reference->finish();
  const auto parser = subject.make(options);
  round.run_threads(static_cast<int>(feeders), [&](int thread) {
    feed_in_pieces(*parser, texts, static_cast<std::size_t>(thread), feeders, round);
  });
  parser->finish();
  const std::string expected = answers(*reference);
  const std::string seen = answers(*parser);
  if (seen == expected) return;
  ++different;
  round.conclude(Verdict::illegal, first_difference(seen, expected));
}
const bool cuts_registered = register_attack<LogParser>(
    {"cuts", "several feeders, cut at random: the sequential answer, byte for byte", round_of_cuts});

// --- instants: what readers are shown while others feed ---

constexpr Sized reports_of_reader{.full = 1'000'000, .small = {3, 8}};  // at most: readers end with the feeders
constexpr int odd_lines_of_instants = 5;                                // of a thousand

struct InstantOutcomes {
  Round& round;
  Outcomes::Counter& reports = round.required("reports", "taken while others fed");
  Outcomes::Counter& torn = round.forbidden("torn", "sums of one report do not fit: it is not one instant");
  Outcomes::Counter& shrunk = round.forbidden("shrunk", "a reader was shown less than before");
  Outcomes::Counter& miscounted = round.forbidden("miscounted", "more bytes than were fed, or fewer in the end");
};

// Looks at one report, and moves what the reader was shown last on to it.
void look_at(const Report& report, std::uint64_t bytes_in_all, Totals& last, Round& round, InstantOutcomes& seen) {
  ++seen.reports;
  if (const std::string wrong = contradiction(report); !wrong.empty()) {
    ++seen.torn;
    round.conclude(Verdict::illegal, wrong);
  }
  if (report.totals.events < last.events || report.totals.bytes < last.bytes) {
    ++seen.shrunk;
    round.conclude(Verdict::illegal, "a report went back");
  }
  if (report.totals.bytes > bytes_in_all) ++seen.miscounted;
  last = report.totals;
}

void round_of_instants(const Subject<LogParser>& subject, Round& round) {
  InstantOutcomes seen(round);
  const auto feeders = static_cast<std::size_t>(std::max(round.threads() / 2, 2));
  const int readers = std::max(round.threads() / 2, 1);
  const int most_reports = round.size(reports_of_reader);
  const std::size_t streams = static_cast<std::size_t>(round.size(streams_of_feeder)) * feeders;
  const FedTexts texts = draw_texts(round, Format::log4j, streams, odd_lines_of_instants);
  LogParser::Options options = attack_options(Format::log4j, round);
  options.keep = KeepEvents::nothing;
  const auto parser = subject.make(options);
  std::atomic<std::size_t> feeding{feeders};
  round.run_threads(static_cast<int>(feeders) + readers, [&](int thread) {
    const auto number = static_cast<std::size_t>(thread);
    if (number < feeders) {
      feed_in_pieces(*parser, texts, number, feeders, round);
      --feeding;
      return;
    }
    Totals last;
    for (int reports = 0; reports < most_reports && !round.illegal(); ++reports) {
      look_at(parser->report(), texts.bytes, last, round, seen);
      if (feeding == 0) break;
    }
  });
  parser->finish();
  if (parser->report().totals.bytes != texts.bytes) ++seen.miscounted;
}
const bool instants_registered =
    register_attack<LogParser>({"instants", "every report taken while others feed is one instant", round_of_instants});

const bool system_registered = register_stress_system<LogParser>("log_parser");

}  // namespace
}  // namespace contend::log_parser
