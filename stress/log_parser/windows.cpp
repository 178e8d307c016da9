// What a report says while others feed, compared with what it must say. Each stream has errors of a kind of its own, so
// the report itself tells how much of each stream it holds; everything else in it follows from that.

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "impls/log_parser/log_parser.hpp"
#include "stress/driver/attack.hpp"
#include "stress/log_parser/feeding.hpp"

namespace contend::log_parser {
namespace {

constexpr Sized window_lines{.full = 400, .small = {4, 10}};         // of each feeder
constexpr Sized window_reports{.full = 1'000'000, .small = {3, 8}};  // at most: readers end with the feeders
constexpr Sized ms_between_lines{.full = 60, .small = {20, 60}};     // at most
constexpr Sized reports_for_a_drain{.full = 8, .small = {2, 3}};     // one of so many drains first
constexpr TimeNs first_ns = 1'709'251'200'000'000'000;               // 2024-03-01
constexpr TimeNs ms = 1'000'000;

// One stream: the times of its lines, and how many of them have been fed.
struct TimedStream {
  std::string kind;              // of its errors
  std::vector<TimeNs> times_ns;  // never back
  std::atomic<std::size_t> begun{0};
  std::atomic<std::size_t> fed{0};

  std::string line(std::size_t i) const {
    const TimeNs since_ms = (times_ns[i] - first_ns) / ms;
    return fmt::format("2024-03-01 00:{:02}:{:02},{:03} ERROR {}\n", since_ms / 60'000, since_ms / 1000 % 60,
                       since_ms % 1000, kind);
  }
};

// What a report must say that holds the first `held[s]` lines of each stream s.
class Expected {
 public:
  Expected(const LogParser::Options& options, const std::vector<TimedStream>& streams,
           const std::vector<std::size_t>& held)
      : options_(options) {
    TimeNs newest_ns = -1;
    for (std::size_t s = 0; s < streams.size(); ++s) {
      for (std::size_t i = 0; i < held[s]; ++i) {
        newest_ns = std::max(newest_ns, streams[s].times_ns[i]);
        times_.push_back({streams[s].times_ns[i], s});
      }
    }
    if (newest_ns < 0) return;
    const TimeNs newest_end_ns = (newest_ns / options.slide_ns + 1) * options.slide_ns;
    for (std::size_t back = options.windows; back-- > 0;) {
      ends_ns_.push_back(newest_end_ns - static_cast<TimeNs>(back) * options.slide_ns);
    }
  }

  std::size_t events() const { return times_.size(); }

  std::vector<WindowCount> windows() const {
    std::vector<WindowCount> windows;
    for (const TimeNs end_ns : ends_ns_) {
      const std::uint64_t events = between(end_ns - options_.window_ns, end_ns);
      windows.push_back({end_ns, events, events});
    }
    return windows;
  }
  std::uint64_t windowed() const {
    return ends_ns_.empty() ? 0 : between(ends_ns_.front() - options_.window_ns, ends_ns_.back());
  }
  // Of each stream.
  std::map<std::size_t, std::uint64_t> in_newest_window() const {
    std::map<std::size_t, std::uint64_t> counts;
    for (const auto& [time_ns, stream] : times_) {
      if (time_ns >= ends_ns_.back() - options_.window_ns) ++counts[stream];
    }
    return counts;
  }

 private:
  struct Place {
    TimeNs time_ns;
    std::size_t stream;
  };
  std::uint64_t between(TimeNs from_ns, TimeNs to_ns) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        times_, [&](const Place& place) { return place.time_ns >= from_ns && place.time_ns < to_ns; }));
  }

  const LogParser::Options& options_;
  std::vector<Place> times_;
  std::vector<TimeNs> ends_ns_;
};

class WindowRound {
 public:
  WindowRound(const Subject<LogParser>& subject, Round& round)
      : round_(round),
        reports_(round.required("reports", "taken while others fed")),
        drains_(round.required("drains", "before a report, while others fed")),
        wrong_(round.forbidden("wrong reports", "its windows or lists are not those of the lines that it holds")),
        shrunk_(round.forbidden("shrunk", "a reader was shown less of a stream than before")),
        missing_(round.forbidden("missing", "a report lacks what had been counted, drained or finished")),
        early_(round.forbidden("early", "a report holds what had not been fed")),
        counts_on_return_(subject.guarantees.counts_on_return),
        lines_(static_cast<std::size_t>(round.size(window_lines))),
        most_reports_(round.size(window_reports)),
        for_a_drain_(static_cast<std::uint64_t>(round.size(reports_for_a_drain))),
        options_(attack_options(Format::log4j, round)),
        streams_(static_cast<std::size_t>(std::max(round.threads() / 2, 2))) {
    options_.keep = KeepEvents::nothing;
    const auto most_ms = static_cast<std::uint64_t>(round.size(ms_between_lines));
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      streams_[s].kind = std::string("trouble ") + static_cast<char>('p' + s % 10) + std::string(s / 10, 'z');
      TimeNs time_ns = first_ns;
      for (std::size_t i = 0; i < lines_; ++i) {
        time_ns += static_cast<TimeNs>(round.random()() % most_ms) * ms;
        streams_[s].times_ns.push_back(time_ns);
      }
    }
    parser_ = subject.make(options_);
  }

  void run() {
    const int readers = std::max(round_.threads() / 2, 1);
    std::atomic<std::size_t> feeding{streams_.size()};
    round_.run_threads(static_cast<int>(streams_.size()) + readers, [&](int thread) {
      const auto number = static_cast<std::size_t>(thread);
      if (number < streams_.size()) {
        feed(number);
        --feeding;
        return;
      }
      std::mt19937_64 random = round_.random_of(thread);
      std::vector<std::size_t> last(streams_.size());
      for (int reports = 0; reports < most_reports_ && !round_.illegal(); ++reports) {
        const bool over = feeding == 0;
        look(last, random() % for_a_drain_ == 0);
        if (over) break;
      }
    });
    parser_->finish();
    for (const std::size_t held : look_at(parser_->report())) {
      if (held != lines_) ++missing_;
    }
  }

 private:
  void feed(std::size_t number) {
    TimedStream& stream = streams_[number];
    for (std::size_t i = 0; i < lines_; ++i) {
      ++stream.begun;
      parser_->feed(stream_name(number), stream.line(i));
      ++stream.fed;
      round_.count_operation();
    }
  }

  void look(std::vector<std::size_t>& last, bool drain_first) {
    std::vector<std::size_t> fed;
    for (const TimedStream& stream : streams_) fed.push_back(stream.fed);
    if (drain_first) {
      parser_->drain();
      ++drains_;
    }
    const Report report = parser_->report();
    ++reports_;
    const std::vector<std::size_t> held = look_at(report);
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      // The last line that was fed may be open still: nobody knows yet that no more lines belong to it.
      const std::size_t counted = fed[s] == 0 ? 0 : fed[s] - 1;
      if ((drain_first || counts_on_return_) && held[s] < counted) ++missing_;
      if (held[s] > streams_[s].begun) ++early_;
      if (held[s] < last[s]) ++shrunk_;
    }
    last = held;
  }

  // How many lines of each stream the report holds; what else it says must follow from that.
  std::vector<std::size_t> look_at(const Report& report) {
    std::vector<std::size_t> held(streams_.size());
    for (std::size_t s = 0; s < streams_.size(); ++s) held[s] = count_of(report.all_time, streams_[s].kind);
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (held[s] <= lines_) continue;
      ++early_;
      return held;
    }
    const Expected expected(options_, streams_, held);
    bool fits = report.totals.events == expected.events() && report.all_time.errors == expected.events() &&
                report.windows == expected.windows() && report.windowed == expected.windowed() &&
                report.windowed + report.retired == expected.events();
    if (expected.events() > 0) {
      for (const auto& [stream, count] : expected.in_newest_window()) {
        fits = fits && count_of(report.newest_window, streams_[stream].kind) == count;
      }
    }
    if (fits) return held;
    ++wrong_;
    if (!round_.evidence_given()) {
      std::string windows;
      for (const WindowCount& window : expected.windows())
        windows += fmt::format(" {} of {}", window.events, window.end_ns);
      round_.conclude(Verdict::illegal,
                      fmt::format("of {} events; windows must be{}\n{}", expected.events(), windows, render(report)));
    }
    return held;
  }

  static std::uint64_t count_of(const TopErrors& errors, const std::string& kind) {
    const auto found =
        std::ranges::find_if(errors.top, [&](const ErrorCount& error) { return error.key.ends_with(kind); });
    return found == errors.top.end() ? 0 : found->count;
  }

  Round& round_;
  Outcomes::Counter& reports_;
  Outcomes::Counter& drains_;
  Outcomes::Counter& wrong_;
  Outcomes::Counter& shrunk_;
  Outcomes::Counter& missing_;
  Outcomes::Counter& early_;
  const bool counts_on_return_;
  const std::size_t lines_;
  const int most_reports_;
  const std::uint64_t for_a_drain_;
  LogParser::Options options_;
  std::vector<TimedStream> streams_;
  std::unique_ptr<LogParser> parser_;
};

void round_of_windows(const Subject<LogParser>& subject, Round& round) {
  WindowRound(subject, round).run();
}
const bool windows_registered = register_attack<LogParser>(
    {"windows", "windows and top lists of a report are exactly those of the lines that it holds", round_of_windows});

}  // namespace
}  // namespace contend::log_parser
