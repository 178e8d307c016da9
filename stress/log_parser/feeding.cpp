#include "stress/log_parser/feeding.hpp"

#include <fmt/core.h>

#include <new>
#include <random>
#include <utility>

#include "bench/inputs/log_parser/synthetic_log.hpp"

namespace contend::log_parser {
namespace {

constexpr Sized event_bytes{.full = 500, .small = {40, 200}};
constexpr Sized slide_ms{.full = 250, .small = {10, 60}};
constexpr Sized pending_bytes{.full = 2048, .small = {64, 256}};
constexpr Sized bytes_of_chunk{.full = 256, .small = {64, 96}};
constexpr int slides_of_window = 4;
constexpr std::size_t windows_shown = 2;

constexpr Sized text_bytes{.full = 6000, .small = {150, 400}};
constexpr int odd_lines_when_small = 150;  // of a thousand

// A piece of one byte to a few lines; one of four may be longer.
struct PieceBytes {
  std::uint64_t usual;
  std::uint64_t longer;
};
constexpr PieceBytes pieces_full{.usual = 200, .longer = 4000};
constexpr PieceBytes pieces_small{.usual = 60, .longer = 200};

// A fresh event begins every few milliseconds, so a short text reaches over several windows.
std::string dense_log(std::mt19937_64& random, Format format, std::size_t bytes) {
  std::string text;
  std::uint64_t now_ms = 0;
  while (text.size() < bytes) {
    now_ms += random() % 30;
    const std::string_view level = random() % 3 == 0 ? "INFO" : "ERROR";
    const std::uint64_t kind = random() % 2;
    if (format == Format::json_lines) {
      text += fmt::format(R"({{"time":"2024-03-01T00:00:{:02}.{:03}Z","level":"{}","message":"part {}"}})",
                          now_ms / 1000 % 60, now_ms % 1000, level, kind == 0 ? "lost" : "torn");
      text += '\n';
      continue;
    }
    text += fmt::format("2024-03-01 00:00:{:02},{:03} {} part {}\n", now_ms / 1000 % 60, now_ms % 1000, level,
                        kind == 0 ? "lost" : "torn");
    for (std::uint64_t more = random() % 3; more > 0; --more) text += "\tat once\n";
  }
  return text;
}

}  // namespace

LogParser::Options attack_options(Format format, Round& round) {
  LogParser::Options options;
  options.format = format;
  options.threads = round.threads();
  options.max_event_bytes = static_cast<std::size_t>(round.size(event_bytes));
  options.slide_ns = round.size(slide_ms) * DurationNs{1'000'000};
  options.window_ns = slides_of_window * options.slide_ns;
  options.windows = windows_shown;
  options.allowed_lateness_ns = 20'000'000'000;
  options.k = max_top;
  options.keep = KeepEvents::all;
  options.max_pending_bytes = static_cast<std::size_t>(round.size(pending_bytes));
  options.chunk_bytes = static_cast<std::size_t>(round.size(bytes_of_chunk));
  return options;
}

std::string stream_name(std::size_t stream) {
  return "stream " + std::to_string(stream);
}

FedTexts draw_texts(Round& round, Format format, std::size_t streams, int odd_lines_of_1000) {
  const auto bytes = static_cast<std::size_t>(round.size(text_bytes));
  FedTexts texts;
  for (std::size_t stream = 0; stream < streams; ++stream) {
    std::mt19937_64& random = round.random();
    if (round.is_small() && random() % 4 != 0) {
      texts.streams.push_back(dense_log(random, format, bytes));
    } else {
      SyntheticLog log(random(), round.by_size(odd_lines_of_1000, odd_lines_when_small));
      texts.streams.push_back(format == Format::log4j ? log.log4j(bytes) : log.json_lines(bytes));
    }
    texts.bytes += texts.streams.back().size();
  }
  return texts;
}

void feed_in_pieces(LogParser& parser, const FedTexts& texts, std::size_t thread, std::size_t threads,
                    const Round& round) {
  const PieceBytes most = round.by_size(pieces_full, pieces_small);
  std::mt19937_64 random = round.random_of(static_cast<int>(thread));
  std::vector<std::pair<std::size_t, std::string_view>> left;
  for (std::size_t stream = thread; stream < texts.streams.size(); stream += threads) {
    left.emplace_back(stream, texts.streams[stream]);
  }
  while (!left.empty()) {
    auto& [stream, text] = left[random() % left.size()];
    const std::string_view piece = text.substr(0, 1 + random() % (random() % 4 == 0 ? most.longer : most.usual));
    try {
      parser.feed(stream_name(stream), piece, 0);
    } catch (const std::bad_alloc&) {
      continue;  // a hunt may refuse memory: then nothing has happened, whatever others do meanwhile
    }
    round.count_operation();
    text.remove_prefix(piece.size());
    std::erase_if(left, [](const auto& entry) { return entry.second.empty(); });
  }
}

}  // namespace contend::log_parser
