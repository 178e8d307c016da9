#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "impls/sync/mutex.hpp"
#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/window.hpp"

namespace contend::log_parser {
namespace {

// Who takes the events copies them first and removes them in the next step.
class EventsTakenTwice final : public ForwardingParser {
 public:
  using ForwardingParser::ForwardingParser;

  std::vector<Event> take_events() override {
    std::vector<Event> copy;
    {
      const MutexLock lock(mutex_);
      std::ranges::move(inner_->take_events(), std::back_inserter(kept_));
      std::ranges::sort(kept_, {}, [](const Event& event) { return std::tie(event.stream, event.line); });
      copy = kept_;
    }
    open_window();
    const MutexLock lock(mutex_);
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(std::min(copy.size(), kept_.size())));
    return copy;
  }

 private:
  Mutex mutex_{{"kept events", 0}};
  std::vector<Event> kept_ GUARDED_BY(mutex_);
};

const bool registered =
    register_broken<LogParser, EventsTakenTwice>({.name = "events_taken_twice",
                                                  .number = 69,
                                                  .bug = "events are copied and removed in two steps",
                                                  .rule = "an event is taken once",
                                                  .caught_by = "events"});

}  // namespace
}  // namespace contend::log_parser
