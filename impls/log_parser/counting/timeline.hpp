#pragma once

#include <algorithm>
#include <list>
#include <optional>
#include <string>

#include "impls/log_parser/counting/count_delta.hpp"
#include "impls/log_parser/splitting/parsed_batch.hpp"

namespace contend::log_parser {

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return quotient - (value % by < 0 ? 1 : 0);
}

// The order of one stream: gives its events their times, tells late ones, and keeps those that are wanted. All that
// depends on what came earlier in the stream is here, and little enough to be done by one thread for many that parse.
class Timeline {
 public:
  Timeline(const LogParser::Options& options, std::string_view stream);

  // What comes next came then. O(1).
  void came_at(TimeNs now_ns) { at_.present_ns = std::max(at_.present_ns, now_ns); }

  // The next events of the stream, added to `delta`. Takes the texts, and the keys where `delta` has none yet.
  // O(events).
  void settle(ParsedBatch& batch, CountDelta& delta);

  // What is kept, which it forgets. In pieces that move without memory, so that what cannot be handed out can be put back.
  using Kept = std::list<Event>;
  Kept take_kept() noexcept;
  // In front of what has been kept since it was taken.
  void put_back(Kept& kept) noexcept;

  // Where it stands between two feeds.
  struct State {
    std::uint64_t lines = 0;  // settled before
    bool timed = false;       // a stamp has been seen: the two that follow hold
    TimeNs last_ns = 0;
    TimeNs watermark_ns = 0;
    TimeNs present_ns = 0;
    std::size_t kept_events = 0;
    std::size_t kept_bytes = 0;
  };
  State save() const {
    State state = at_;
    state.kept_events = kept_.size();
    return state;
  }
  // Nothing that was kept has been taken since.
  void restore(const State& state) noexcept {
    at_ = state;
    while (kept_.size() > state.kept_events) kept_.pop_back();
  }

 private:
  struct Placed {
    bool timed = false;
    bool inherited = false;
    bool late = false;
    bool in_future = false;  // its stamp, which is not its time
    TimeNs time_ns = 0;
  };

  bool is_in_future(TimeNs time_ns) const;
  std::optional<TimeNs> stamped(const Stamp& stamp) const;
  Placed place(const EventRecord& record);
  void count(const EventRecord& record, const Placed& placed, std::uint32_t key, CountDelta& delta);
  void keep(const EventRecord& record, const Placed& placed, std::string&& text, std::uint32_t key, CountDelta& delta);
  std::int64_t slide_of(TimeNs time_ns);

  const LogParser::Options& options_;
  const std::string stream_;
  State at_;
  std::int64_t slide_ = 0;  // the last that was looked up, and when it begins
  TimeNs slide_start_ns_ = 0;
  Kept kept_;
};

}  // namespace contend::log_parser
