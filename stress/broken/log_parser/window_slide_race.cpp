#include <atomic>
#include <deque>

#include "impls/log_parser/counting/own_tallies.hpp"
#include "impls/log_parser/streams/strand_parser.hpp"
#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/window.hpp"

namespace contend::log_parser {
namespace {

// All is counted as it must be, but how many events a slide has: the place of a slide is looked up, taken over and
// added to in steps, so that a count may be added to a slide that is being retired, or wiped out with it.
class RacyWindows {
 public:
  explicit RacyWindows(const LogParser::Options& options)
      : shape_(options), tallies_(options), ring_(static_cast<std::size_t>(shape_.kept_slides())) {}

  void add(std::size_t worker, CountDelta& delta) {
    for (const CountDelta::Slide& part : delta.slides) {
      Place& place = ring_[static_cast<std::size_t>(part.number) % ring_.size()];
      if (place.number > part.number) continue;
      if (place.number < part.number) {
        place.number = part.number;
        open_window();
        place.events = 0;
      }
      place.events += part.events;
    }
    tallies_.add(worker, delta);
  }
  void advance(std::int64_t slide) { tallies_.advance(slide); }
  void drain() {}

  Report report() {
    Report report = tallies_.report();
    for (WindowCount& window : report.windows) {
      const std::int64_t last = window.end_ns / shape_.slide_ns - 1;
      window.events = 0;
      for (const Place& place : ring_) {
        if (place.number <= last && place.number > last - shape_.slides_per_window) window.events += place.events;
      }
    }
    return report;
  }

 private:
  struct Place {
    std::atomic<std::int64_t> number{CountDelta::no_slide};
    std::atomic<std::uint64_t> events{0};
  };

  const WindowShape shape_;
  OwnTallies tallies_;
  std::deque<Place> ring_;
};

const bool registered =
    register_broken<LogParser, StrandParser<RacyWindows>>({.name = "window_slide_race",
                                                           .number = 48,
                                                           .bug = "a count is added to a slide that is being retired",
                                                           .rule = "windows count exactly",
                                                           .caught_by = "cuts"});

}  // namespace
}  // namespace contend::log_parser
