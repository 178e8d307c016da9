#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "impls/log_parser/counting/count_delta.hpp"

namespace contend::log_parser {

// Which slides the windows of a report cover.
struct WindowShape {
  explicit WindowShape(const LogParser::Options& options)
      : slide_ns(options.slide_ns),
        slides_per_window(options.window_ns / options.slide_ns),
        windows(static_cast<std::int64_t>(options.windows)) {}

  std::int64_t kept_slides() const { return slides_per_window + windows - 1; }

  const DurationNs slide_ns;
  const std::int64_t slides_per_window;
  const std::int64_t windows;
};

// The slide of a time, for advance_windows.
std::int64_t slide_number(TimeNs time_ns, DurationNs slide_ns);

using ErrorCounts = boost::unordered_flat_map<std::uint32_t, std::uint64_t>;  // by number of the key

// A slide and what is in it. A place in a ring: `number` says which slide holds it now.
struct SlideCounts {
  std::int64_t number = CountDelta::no_slide;
  std::uint64_t events = 0;
  std::uint64_t errors = 0;
  ErrorCounts by_key;
  std::size_t coming = 0;  // errors of the delta that is being added, at most

  // Makes the place that of slide `wanted`, and says whether it is: it may be held by a later one already.
  bool hold(std::int64_t wanted);
};

// Counts that are built from deltas in any order. A slide that falls out of the ring is overwritten when its place is
// needed: moving the windows costs nothing. One thread at a time.
// Memory: a key table entry and a number for each distinct key, and a map entry for each key in each slide of the ring.
class Tally {
 public:
  explicit Tally(const LogParser::Options& options)
      : shape_(options), k_(options.k), ring_(static_cast<std::size_t>(shape_.kept_slides())) {}

  // O(events in error + distinct keys + slides of the delta). bad_alloc leaves the counts as they were.
  void add(const CountDelta& delta) {
    make_room(delta);
    add_in_room(delta);
  }
  // The same in two steps, of which the first changes no report, and the second needs no memory.
  void make_room(const CountDelta& delta);
  void add_in_room(const CountDelta& delta) noexcept;
  // The counts of another tally of the same options.
  void add(const Tally& other);
  void advance(std::int64_t slide) { newest_slide_ = std::max(newest_slide_, slide); }

  // O(distinct keys log k + windows).
  Report report() const;

 private:
  SlideCounts& place_of(std::int64_t slide);
  SlideCounts* slide(std::int64_t number);

  const WindowShape shape_;
  const std::size_t k_;
  Totals totals_;
  KeyTable keys_;
  std::vector<std::uint64_t> counts_;  // of errors, by number of the key
  std::uint64_t errors_ = 0;
  std::vector<SlideCounts> ring_;
  std::int64_t newest_slide_ = CountDelta::no_slide;
  std::vector<std::uint32_t> numbers_;  // a delta's keys here
};

// The report of counts that lie in parts: hand in every part once, then make it. For designs that keep counts apart.
class ReportBuilder {
 public:
  ReportBuilder(const WindowShape& shape, std::size_t k) : shape_(shape), k_(k) {}

  Totals totals;
  std::int64_t newest_slide = CountDelta::no_slide;  // set before slides are added

  // Slides that no window shows are left out.
  void add_slide(std::int64_t number, std::uint64_t events, std::uint64_t errors);
  bool in_newest_window(std::int64_t number) const {
    return number > newest_slide - shape_.slides_per_window && number <= newest_slide;
  }
  // Keys must be distinct among the calls for one list, and outlive the builder.
  void add_all_time(std::string_view key, std::uint64_t count) { all_time_.push_back({key, count}); }
  void add_newest_window(std::string_view key, std::uint64_t count) { newest_window_.push_back({key, count}); }

  Report make();

 private:
  struct Counted {
    std::string_view key;
    std::uint64_t count;
  };
  static TopErrors top_of(std::vector<Counted>& counted, std::size_t k);

  const WindowShape& shape_;
  const std::size_t k_;
  std::vector<SlideCounts> slides_;
  std::vector<Counted> all_time_;
  std::vector<Counted> newest_window_;
};

}  // namespace contend::log_parser
