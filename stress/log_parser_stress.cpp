// Attacks on log parsers.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "bench/inputs/log_parser/synthetic_log.hpp"
#include "impls/log_parser/log_parser.hpp"
#include "impls/sync/mutex.hpp"
#include "stress/support/attack.hpp"
#include "stress/support/threads.hpp"

namespace contend::log_parser {
namespace {

// Small enough for every design to cut, to wait and to come round its windows often.
LogParser::Options attack_options(Format format, int threads) {
  LogParser::Options options;
  options.format = format;
  options.threads = threads;
  options.max_event_bytes = 500;
  options.slide_ns = 250'000'000;
  options.window_ns = 1'000'000'000;
  options.windows = 2;
  options.allowed_lateness_ns = 20'000'000'000;
  options.k = max_top;
  options.keep = KeepEvents::all;
  options.max_pending_bytes = 2048;
  options.chunk_bytes = 256;
  return options;
}

std::string stream_name(std::size_t stream) {
  return "stream " + std::to_string(stream);
}

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

// --- cuts: several feeders, cut at random, and the sequential answer byte for byte ---

// Feeds the streams whose number leaves `thread` over `threads`, by turns, cut at random.
void feed_in_pieces(LogParser& parser, const std::vector<std::string>& texts, std::size_t thread, std::size_t threads,
                    std::uint64_t seed, const AttackOptions& options) {
  std::mt19937_64 random(seed);
  std::vector<std::pair<std::size_t, std::string_view>> left;
  for (std::size_t stream = thread; stream < texts.size(); stream += threads) left.emplace_back(stream, texts[stream]);
  while (!left.empty()) {
    auto& [stream, text] = left[random() % left.size()];
    const std::string_view piece = text.substr(0, 1 + random() % (random() % 4 == 0 ? 4000 : 200));
    parser.feed(stream_name(stream), piece, 0);
    options.count_operation();
    text.remove_prefix(piece.size());
    std::erase_if(left, [](const auto& entry) { return entry.second.empty(); });
  }
}

AttackReport attack_cuts(const Subject<LogParser>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t bytes = 0;
  std::uint64_t different = 0;
  const auto threads = static_cast<std::size_t>(std::max(options.threads, 2));
  repeat_rounds(options, [&](std::uint64_t seed) {
    const Format format = seed % 4 == 0 ? Format::json_lines : Format::log4j;
    std::vector<std::string> texts;
    for (std::size_t stream = 0; stream < 2 * threads; ++stream) {
      SyntheticLog log(seed * 100 + stream, 40);
      texts.push_back(format == Format::log4j ? log.log4j(6000) : log.json_lines(6000));
      bytes += texts.back().size();
    }
    const LogParser::Options parser_options = attack_options(format, options.threads);
    const auto reference = Registry<LogParser>::instance().find("reference")->make(parser_options);
    for (std::size_t stream = 0; stream < texts.size(); ++stream) reference->feed(stream_name(stream), texts[stream]);
    reference->finish();
    const auto parser = subject.make(parser_options);
    run_threads(static_cast<int>(threads), [&](int thread) {
      const auto number = static_cast<std::size_t>(thread);
      feed_in_pieces(*parser, texts, number, threads, seed * 1000 + number, options);
    });
    parser->finish();
    const std::string expected = answers(*reference);
    const std::string seen = answers(*parser);
    if (seen == expected) return true;
    ++different;
    report.conclude(Verdict::illegal, fmt::format("round with seed {}\n{}", seed, first_difference(seen, expected)));
    return false;
  });
  report.add("bytes", bytes, Expectation::required, "fed by several threads, cut at random");
  report.add("answers that differ", different, Expectation::forbidden, "parallel does not equal sequential");
  return report;
}
const bool cuts_registered = register_attack<LogParser>(
    {"cuts", "several feeders, cut at random: the sequential answer, byte for byte", attack_cuts});

// --- instants: what readers are shown while others feed ---

AttackReport attack_instants(const Subject<LogParser>& subject, const AttackOptions& options) {
  AttackReport report;
  std::atomic<std::uint64_t> reports{0};
  std::atomic<std::uint64_t> torn{0};
  std::atomic<std::uint64_t> shrunk{0};
  std::atomic<std::uint64_t> impossible{0};
  const auto feeders = static_cast<std::size_t>(std::max(options.threads / 2, 2));
  repeat_rounds(options, [&](std::uint64_t seed) {
    std::vector<std::string> texts;
    std::uint64_t bytes = 0;
    for (std::size_t stream = 0; stream < 2 * feeders; ++stream) {
      texts.push_back(SyntheticLog(seed * 100 + stream, 5).log4j(8000));
      bytes += texts.back().size();
    }
    LogParser::Options parser_options = attack_options(Format::log4j, options.threads);
    parser_options.keep = KeepEvents::nothing;
    const auto parser = subject.make(parser_options);
    std::atomic<std::size_t> feeding{feeders};
    Mutex evidence;
    const int readers = std::max(options.threads / 2, 1);
    run_threads(static_cast<int>(feeders) + readers, [&](int thread) {
      const auto number = static_cast<std::size_t>(thread);
      if (number < feeders) {
        feed_in_pieces(*parser, texts, number, feeders, seed * 1000 + number, options);
        --feeding;
        return;
      }
      Totals before;
      do {
        const Report seen = parser->report();
        ++reports;
        const std::string wrong = contradiction(seen);
        const bool back = seen.totals.events < before.events || seen.totals.bytes < before.bytes;
        if (seen.totals.bytes > bytes) ++impossible;
        before = seen.totals;
        if (wrong.empty() && !back) continue;
        ++(wrong.empty() ? shrunk : torn);
        const MutexLock lock(evidence);
        report.conclude(Verdict::illegal, fmt::format("seed {}: {}", seed, back ? "a report went back" : wrong));
      } while (feeding > 0);
    });
    parser->finish();
    if (parser->report().totals.bytes != bytes) ++impossible;
    return torn == 0 && shrunk == 0 && impossible == 0;
  });
  report.add("reports", reports, Expectation::required, "taken while others fed");
  report.add("torn", torn, Expectation::forbidden, "sums of one report do not fit: it is not one instant");
  report.add("shrunk", shrunk, Expectation::forbidden, "a reader was shown less than before");
  report.add("miscounted", impossible, Expectation::forbidden, "more bytes than were fed, or fewer in the end");
  return report;
}
const bool instants_registered =
    register_attack<LogParser>({"instants", "every report taken while others feed is one instant", attack_instants});

// --- finish: what was accepted is counted, what was not is refused ---

AttackReport attack_finish(const Subject<LogParser>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t rounds = 0;
  std::uint64_t lost = 0;
  std::atomic<std::uint64_t> late{0};
  std::atomic<std::uint64_t> refused{0};
  repeat_rounds(options, [&](std::uint64_t seed) {
    LogParser::Options parser_options = attack_options(Format::log4j, options.threads);
    const auto parser = subject.make(parser_options);
    const std::string line = "2024-03-01 00:00:00 ERROR lost " + std::to_string(seed) + "\n";
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<bool> finished{false};
    const int feeders = std::max(options.threads - 1, 2);
    run_threads(feeders + 2, [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      if (thread >= feeders) {  // two finish at once
        for (std::uint64_t i = random() % 20; i > 0; --i) {
          parser->report();
          std::this_thread::yield();
        }
        parser->finish();
        finished = true;
        const Totals totals = parser->report().totals;
        parser->take_events();
        if (parser->feed("new", line) != FeedStatus::finished || totals != parser->report().totals) ++late;
        return;
      }
      for (int i = 0; i < 5000; ++i) {
        const bool must_be_refused = finished;
        const FeedStatus status = parser->feed(stream_name(static_cast<std::size_t>(thread)), line);
        if (status != FeedStatus::accepted) {
          ++refused;
          return;
        }
        ++accepted;
        options.count_operation();
        if (must_be_refused) ++late;
      }
    });
    const Totals totals = parser->report().totals;
    if (totals.lines != accepted || totals.events != accepted) {
      ++lost;
      report.conclude(Verdict::illegal, fmt::format("seed {}: {} lines accepted, {} counted, {} events", seed,
                                                    accepted.load(), totals.lines, totals.events));
    }
    ++rounds;
    return lost == 0 && late == 0;
  });
  report.add("rounds", rounds, Expectation::required, "two finished while others fed");
  report.add("refused", refused, Expectation::allowed, "feeders that met the end");
  report.add("miscounted", lost, Expectation::forbidden, "lines accepted are not the lines counted");
  report.add("after the end", late, Expectation::forbidden, "accepted or counted after finish had returned");
  return report;
}
const bool finish_registered = register_attack<LogParser>(
    {"finish", "finish against feeders and readers: what was accepted is counted, the rest refused", attack_finish});

// --- pressure: more is fed than may wait ---

AttackReport attack_pressure(const Subject<LogParser>& subject, const AttackOptions& options) {
  AttackReport report;
  std::uint64_t lines = 0;
  std::uint64_t lost = 0;
  repeat_rounds(options, [&](std::uint64_t seed) {
    LogParser::Options parser_options = attack_options(Format::log4j, options.threads);
    parser_options.max_pending_bytes = 256;
    const auto parser = subject.make(parser_options);
    constexpr std::uint64_t pieces = 300;
    const int feeders = std::max(options.threads, 2);
    std::atomic<std::uint64_t> fed{0};
    run_threads(feeders, [&](int thread) {
      std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(thread));
      for (std::uint64_t i = 0; i < pieces; ++i) {
        // Now and then more than may wait at all.
        const std::string filler(random() % (random() % 50 == 0 ? 3000 : 60), 'x');
        parser->feed(stream_name(static_cast<std::size_t>(thread)), "2024-03-01 00:00:00 INFO " + filler + "\n");
        ++fed;
        options.count_operation();
      }
    });
    parser->drain();
    const std::uint64_t counted = parser->report().totals.lines;
    lines += fed;
    if (counted == fed) return true;
    ++lost;
    report.conclude(Verdict::illegal,
                    fmt::format("seed {}: {} lines fed, {} counted after drain", seed, fed.load(), counted));
    return false;
  });
  report.add("lines", lines, Expectation::required, "fed faster than a small queue takes them");
  report.add("rounds with losses", lost, Expectation::forbidden, "back-pressure must not be loss");
  return report;
}
const bool pressure_registered =
    register_attack<LogParser>({"pressure", "feeders wait for room, and nothing is dropped", attack_pressure});

const bool system_registered = register_stress_system<LogParser>("log_parser");

}  // namespace
}  // namespace contend::log_parser
