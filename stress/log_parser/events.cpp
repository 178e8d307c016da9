// Events that several threads take while others feed: each of them once, as it was fed, and none of a stream before one
// that stands earlier in it.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "impls/log_parser/log_parser.hpp"
#include "stress/driver/attack.hpp"
#include "stress/log_parser/feeding.hpp"

namespace contend::log_parser {
namespace {

constexpr Sized event_lines{.full = 300, .small = {3, 8}};         // of each feeder
constexpr Sized takes_of_taker{.full = 100'000, .small = {2, 6}};  // at most: takers end with the feeders

std::string text_of_event(std::size_t stream, std::uint64_t line) {
  return fmt::format("2024-03-01 00:00:00 INFO event {} of {}", line, stream);
}

struct EventOutcomes {
  Round& round;
  Outcomes::Counter& taken = round.required("events", "taken while others fed, or after");
  Outcomes::Counter& disorder =
      round.forbidden("out of order", "one answer holds the events of a stream in another order");
  Outcomes::Counter& doubled = round.forbidden("taken twice", "an event is in two answers");
  Outcomes::Counter& lost =
      round.forbidden("lost", "an event is in no answer, although everything was fed and finished");
  Outcomes::Counter& changed = round.forbidden("changed", "an event is not what was fed");
};

// One answer: in order of stream name, then position.
void check_answer(const std::vector<Event>& events, EventOutcomes& seen) {
  for (std::size_t i = 1; i < events.size(); ++i) {
    const Event& before = events[i - 1];
    const Event& event = events[i];
    if (event.stream < before.stream || (event.stream == before.stream && event.line != before.line + 1))
      ++seen.disorder;
  }
}

void check_all(const std::vector<Event>& events, std::size_t streams, std::uint64_t lines, Round& round,
               EventOutcomes& seen) {
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> times_taken;
  for (const Event& event : events) ++times_taken[{event.stream, event.line}];
  for (std::size_t stream = 0; stream < streams; ++stream) {
    for (std::uint64_t line = 1; line <= lines; ++line) {
      const std::uint64_t times = times_taken[{stream_name(stream), line}];
      if (times == 1) continue;
      ++(times == 0 ? seen.lost : seen.doubled);
      round.conclude(Verdict::illegal,
                     fmt::format("line {} of {} was taken {} times", line, stream_name(stream), times));
    }
  }
  for (const Event& event : events) {
    const auto stream = static_cast<std::size_t>(event.stream.back() - '0');
    if (event.text != text_of_event(stream, event.line) || event.level != Level::info) ++seen.changed;
  }
}

void round_of_events(const Subject<LogParser>& subject, Round& round) {
  EventOutcomes seen(round);
  const auto feeders = static_cast<std::size_t>(std::clamp(round.threads() / 2, 2, 10));
  const std::size_t takers = 2;
  const auto lines = static_cast<std::uint64_t>(round.size(event_lines));
  const int most_takes = round.size(takes_of_taker);
  const auto parser = subject.make(attack_options(Format::log4j, round));
  std::vector<std::vector<Event>> taken(takers);
  std::atomic<std::size_t> feeding{feeders};
  round.run_threads(static_cast<int>(feeders + takers), [&](int thread) {
    const auto number = static_cast<std::size_t>(thread);
    if (number < feeders) {
      for (std::uint64_t line = 1; line <= lines; ++line) {
        parser->feed(stream_name(number), text_of_event(number, line) + "\n");
        round.count_operation();
      }
      --feeding;
      return;
    }
    for (int takes = 0; takes < most_takes; ++takes) {
      const bool over = feeding == 0;
      const std::vector<Event> events = parser->take_events();
      check_answer(events, seen);
      std::vector<Event>& mine = taken[number - feeders];
      mine.insert(mine.end(), events.begin(), events.end());
      if (over) break;
      std::this_thread::yield();
    }
  });
  parser->finish();
  std::vector<Event> all = parser->take_events();
  check_answer(all, seen);
  for (const std::vector<Event>& events : taken) all.insert(all.end(), events.begin(), events.end());
  seen.taken.add(all.size());
  check_all(all, feeders, lines, round, seen);
}
const bool events_registered = register_attack<LogParser>(
    {"events", "events taken by several threads while others feed: each once, in order, as it was fed",
     round_of_events});

}  // namespace
}  // namespace contend::log_parser
