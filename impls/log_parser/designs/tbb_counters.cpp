#include <tbb/concurrent_hash_map.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/strand_parser.hpp"

namespace contend::log_parser {
namespace {

// All threads count into one TBB map, error by error, as oneTBB's own word count does.
constexpr Contract contract{
    .technique = "tbb",
    .summary = "an actor for each stream; every error is counted in one concurrent_hash_map under its element's lock",
    .shared_state = "the queues of the streams; the map of keys, the ring of slides, totals for each thread",
    .protected_by =
        "one mutex guards the queues; an accessor each key, a mutex each slide; a shared gate keeps reports out",
    .claim_point = "passing the gate together: from there to leaving it a piece is added, and no report looks",
    .ordering = "pieces of a stream in order; a report passes the gate alone, so it sees each piece whole or not",
    .progress = "blocking: threads that count the same key spin for it; a report waits for all who are inside",
    .complexity =
        "feed O(1), and a copy unless kept alive; an element lock for each error; report O(distinct keys log k)",
    .memory = "max_pending_bytes; 2 * max_event_bytes a stream; a node for each key, twice the shown slides in each",
    .source = "oneTBB concurrent_hash_map and its count_strings example",
};

class TbbCounts {
 public:
  explicit TbbCounts(const LogParser::Options& options)
      : shape_(options),
        k_(options.k),
        totals_(static_cast<std::size_t>(options.threads)),
        ring_(static_cast<std::size_t>(shape_.kept_slides())) {}

  void add(std::size_t worker, CountDelta& delta) {
    const ReaderLock gate(gate_);
    make_room(delta);  // all that can fail; what has no counts is in no report
    totals_[worker].value += delta.totals;
    advance_within(delta.newest_slide);
    for (const CountDelta::Slide& part : delta.slides) add_slide(part);
    for (const CountDelta::Error& error : delta.errors) {
      Keys::accessor element;
      keys_.find(element, delta.keys[error.key]);
      element->second.add(error, newest_slide_ - shape_.kept_slides());
    }
  }

  void advance(std::int64_t slide) {
    const ReaderLock gate(gate_);
    advance_within(slide);
  }

  void drain() {}

  Report report() {
    const WriterLock gate(gate_);
    ReportBuilder builder(shape_, k_);
    for (const Padded<Totals>& totals : totals_) builder.totals += totals.value;
    builder.newest_slide = newest_slide_;
    for (Place& place : ring_) {
      const MutexLock lock(place.mutex);
      builder.add_slide(place.counts.number, place.counts.events, place.counts.errors);
    }
    const MutexLock lock(elements_mutex_);
    for (const Keys::value_type* const element : elements_) {
      const auto& [name, counts] = *element;
      if (counts.all == 0) continue;
      builder.add_all_time(name, counts.all);
      std::uint64_t in_window = 0;
      for (const auto& [slide, count] : counts.by_slide) in_window += builder.in_newest_window(slide) ? count : 0;
      if (in_window > 0) builder.add_newest_window(name, in_window);
    }
    return builder.make();
  }

 private:
  struct KeyCounts {
    std::uint64_t all = 0;
    boost::unordered_flat_map<std::int64_t, std::uint64_t> by_slide;
    bool is_listed = false;

    void make_room(std::int64_t slide, std::int64_t outdated, std::int64_t kept_slides) {
      if (slide == CountDelta::no_slide || slide <= outdated) return;
      by_slide.try_emplace(slide, 0);
      if (static_cast<std::int64_t>(by_slide.size()) <= 2 * kept_slides) return;
      boost::unordered::erase_if(by_slide, [&](const auto& entry) { return entry.first <= outdated; });
    }
    // There is room but for a slide that has become outdated since it was made.
    void add(const CountDelta::Error& error, std::int64_t outdated) {
      all += error.count;
      if (error.slide == CountDelta::no_slide || error.slide <= outdated) return;
      by_slide[error.slide] += error.count;
    }
  };
  // Transparent: a key is looked up as it stands in the delta, and copied only when it is new.
  struct KeyCompare {
    using is_transparent = void;
    static std::size_t hash(std::string_view key) { return hash_bytes(key); }
    static bool equal(std::string_view left, std::string_view right) { return left == right; }
  };
  // std::allocator instead of TBB's own: memory that the sanitizers see.
  using Keys = tbb::concurrent_hash_map<std::string, KeyCounts, KeyCompare,
                                        std::allocator<std::pair<const std::string, KeyCounts>>>;
  struct Place {
    Mutex mutex{LockLabel{"slide", 0}};
    SlideCounts counts GUARDED_BY(mutex);
  };

  void make_room(const CountDelta& delta) REQUIRES_SHARED(gate_) {
    for (const CountDelta::Error& error : delta.errors) {
      Keys::accessor element;
      keys_.insert(element, delta.keys[error.key]);
      if (!element->second.is_listed) {
        const MutexLock lock(elements_mutex_);
        elements_.push_back(&*element);
        element->second.is_listed = true;
      }
      element->second.make_room(error.slide, newest_slide_ - shape_.kept_slides(), shape_.kept_slides());
    }
  }

  void advance_within(std::int64_t slide) REQUIRES_SHARED(gate_) {
    std::int64_t newest = newest_slide_;
    while (newest < slide && !newest_slide_.compare_exchange_weak(newest, slide)) {
    }
  }

  void add_slide(const CountDelta::Slide& part) REQUIRES_SHARED(gate_) {
    const std::int64_t size = shape_.kept_slides();
    Place& place = ring_[static_cast<std::size_t>(part.number - floor_divide(part.number, size) * size)];
    const MutexLock lock(place.mutex);
    if (!place.counts.hold(part.number)) return;
    place.counts.events += part.events;
    place.counts.errors += part.errors;
  }

  const WindowShape shape_;
  const std::size_t k_;
  // Shared: many add, each to its own totals and under the elements' locks. Alone: a report, which reads all of them.
  SharedMutex gate_{LockLabel{"counts", 0}};
  std::vector<Padded<Totals>> totals_;
  std::atomic<std::int64_t> newest_slide_{CountDelta::no_slide};
  std::deque<Place> ring_;
  Keys keys_;
  // The map's elements, which stay where they are: its own iterator casts a mark of empty buckets to a node, which is
  // undefined.
  Mutex elements_mutex_{LockLabel{"elements", 0}};
  std::vector<const Keys::value_type*> elements_ GUARDED_BY(elements_mutex_);
};

const bool registered = register_implementation<LogParser, StrandParser<TbbCounts>>(
    "tbb_counters", contract.within(queued_pieces), {.counts_on_return = false});

}  // namespace
}  // namespace contend::log_parser
