// The end of a parser, and feeds that come too fast: what was accepted is counted, and what was not is refused.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include "impls/log_parser/log_parser.hpp"
#include "stress/driver/attack.hpp"
#include "stress/log_parser/feeding.hpp"

namespace contend::log_parser {
namespace {

// --- finish: finish against feeders and readers ---

constexpr Sized lines_of_feeder{.full = 5000, .small = {2, 6}};
constexpr Sized reports_before_finish{.full = 20, .small = {1, 4}};  // fewer than that

struct FinishOutcomes {
  Round& round;
  Outcomes::Counter& refused = round.allowed("refused", "feeders that met the end");
  Outcomes::Counter& miscounted = round.forbidden("miscounted", "lines accepted are not the lines counted");
  Outcomes::Counter& late = round.forbidden("after the end", "accepted or counted after finish had returned");
};

struct FinishRound {
  LogParser& parser;
  const std::string line;
  const int lines;
  const std::uint64_t most_reports;
  FinishOutcomes& seen;
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<bool> finished{false};

  void finish_after_some_reports(std::mt19937_64 random) {
    for (std::uint64_t i = random() % most_reports; i > 0; --i) {
      parser.report();
      std::this_thread::yield();
    }
    parser.finish();
    finished = true;
    const Totals totals = parser.report().totals;
    parser.take_events();
    if (parser.feed("new", line) != FeedStatus::finished || totals != parser.report().totals) ++seen.late;
  }

  void feed_until_refused(std::size_t stream, const Round& round) {
    for (int i = 0; i < lines; ++i) {
      const bool must_be_refused = finished;
      if (parser.feed(stream_name(stream), line) != FeedStatus::accepted) {
        ++seen.refused;
        return;
      }
      ++accepted;
      round.count_operation();
      if (must_be_refused) ++seen.late;
    }
  }
};

void round_of_finish(const Subject<LogParser>& subject, Round& round) {
  FinishOutcomes seen(round);
  const auto parser = subject.make(attack_options(Format::log4j, round));
  FinishRound calls{.parser = *parser,
                    .line = "2024-03-01 00:00:00 ERROR lost " + std::to_string(round.seed()) + "\n",
                    .lines = round.size(lines_of_feeder),
                    .most_reports = static_cast<std::uint64_t>(round.size(reports_before_finish)),
                    .seen = seen};
  const int feeders = std::max(round.threads() - 1, 2);
  round.run_threads(feeders + 2, [&](int thread) {
    if (thread < feeders) {
      calls.feed_until_refused(static_cast<std::size_t>(thread), round);
    } else {  // two finish at once
      calls.finish_after_some_reports(round.random_of(thread));
    }
  });
  const Totals totals = parser->report().totals;
  if (totals.lines == calls.accepted && totals.events == calls.accepted) return;
  ++seen.miscounted;
  round.conclude(Verdict::illegal, fmt::format("{} lines accepted, {} counted, {} events", calls.accepted.load(),
                                               totals.lines, totals.events));
}
const bool finish_registered = register_attack<LogParser>(
    {"finish", "finish against feeders and readers: what was accepted is counted, the rest refused", round_of_finish});

// --- pressure: more is fed than may wait ---

constexpr Sized pressed_lines{.full = 300, .small = {6, 12}};
constexpr Sized bytes_that_may_wait{.full = 256, .small = {64, 96}};
constexpr Sized usual_filler{.full = 60, .small = {10, 30}};
constexpr Sized long_filler{.full = 3000, .small = {100, 300}};  // more than may wait at all
constexpr int lines_for_a_long_one = 50;

void round_of_pressure(const Subject<LogParser>& subject, Round& round) {
  Outcomes::Counter& lines = round.required("lines", "fed faster than a small queue takes them");
  Outcomes::Counter& lost = round.forbidden("rounds with losses", "back-pressure must not be loss");
  const int lines_of_each = round.size(pressed_lines);
  const auto usual = static_cast<std::uint64_t>(round.size(usual_filler));
  const auto longer = static_cast<std::uint64_t>(round.size(long_filler));
  LogParser::Options options = attack_options(Format::log4j, round);
  options.max_pending_bytes = static_cast<std::size_t>(round.size(bytes_that_may_wait));
  const auto parser = subject.make(options);
  std::atomic<std::uint64_t> fed{0};
  round.run_threads(round.threads(2), [&](int thread) {
    std::mt19937_64 random = round.random_of(thread);
    for (int i = 0; i < lines_of_each; ++i) {
      const std::string filler(random() % (random() % lines_for_a_long_one == 0 ? longer : usual), 'x');
      parser->feed(stream_name(static_cast<std::size_t>(thread)), "2024-03-01 00:00:00 INFO " + filler + "\n");
      ++fed;
      round.count_operation();
    }
  });
  parser->drain();
  const std::uint64_t counted = parser->report().totals.lines;
  lines.add(fed);
  if (counted == fed) return;
  ++lost;
  round.conclude(Verdict::illegal, fmt::format("{} lines fed, {} counted after drain", fed.load(), counted));
}
const bool pressure_registered =
    register_attack<LogParser>({"pressure", "feeders wait for room, and nothing is dropped", round_of_pressure});

}  // namespace
}  // namespace contend::log_parser
