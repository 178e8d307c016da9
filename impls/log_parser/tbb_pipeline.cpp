#include <tbb/info.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "impls/log_parser/splitting_parser.hpp"
#include "impls/support/registry.hpp"

namespace contend {
namespace {

using namespace log_parsing;

constexpr Contract contract{
    .technique = "tbb",
    .summary = "a TBB pipeline for each long feed: chunks in order, parsed side by side, stitched in order",
    .shared_state = "chunks on their way through the pipeline; the streams; the counts",
    .protected_by =
        "TBB hands each chunk from filter to filter; a stream's mutex is held by its feeder, one guards counts",
    .claim_point = "the serial first filter gives out a chunk; the serial last filter takes it in the same order",
    .ordering =
        "TBB orders the filters of a chunk, and a serial filter's calls; a report sees feeds that have returned",
    .progress = "blocking: a stalled filter stops its feed at the limit of tokens; other streams go on",
    .shutdown =
        "the threads are TBB's, at most as many as there are cores; the caller stops its users before destruction",
    .failure =
        "an exception in a filter cancels the pipeline and reaches the feeder; that feed is then counted in part",
    .complexity = "feed O(bytes) over the threads, and O(events) in order; report O(distinct keys log k)",
    .memory =
        "2 * max_event_bytes a stream; what 3 chunks a thread hold, for each feed at once; an entry for each distinct "
        "key and slide",
    .source = "oneTBB parallel_pipeline; MacDonald, Szafron, Schaeffer: Rethinking the pipeline (2004)",
};

class TbbPipeline final : public SplittingParser {
 public:
  explicit TbbPipeline(const Options& options)
      : SplittingParser(options), arena_(std::min(options_.threads, tbb::info::default_concurrency())) {}

 private:
  using Places = std::deque<ParsedChunk>;  // one for each token

  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    std::unique_ptr<Places> places = take_places();
    // A token more than there are places never begins, and they end in order: a chunk can take the place of the one
    // that came so many earlier.
    const auto place_of = [&](std::size_t index) -> ParsedChunk& { return (*places)[index % places->size()]; };
    std::size_t next = 0;
    const auto give_out = [&](tbb::flow_control& control) -> std::size_t {
      if (next == chunks.chunks.size()) control.stop();
      return next == chunks.chunks.size() ? next : next++;
    };
    const auto parse = [&](std::size_t index) {
      place_of(index).parse(rules_, chunks.chunks[index].lines, chunks.chunks[index].offset);
      return index;
    };
    const auto stitch = [&](std::size_t index) { stream.stitch(place_of(index), now_ns, scratch); };
    const auto pipeline = tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, give_out) &
                          tbb::make_filter<std::size_t, std::size_t>(tbb::filter_mode::parallel, parse) &
                          tbb::make_filter<std::size_t, void>(tbb::filter_mode::serial_in_order, stitch);
    // Isolated: a feeder that waits inside must not be given another feed's work, which may want a lock that it holds.
    arena_.execute([&] { tbb::this_task_arena::isolate([&] { tbb::parallel_pipeline(places->size(), pipeline); }); });
    return_places(std::move(places));
    return true;
  }

  std::unique_ptr<Places> take_places() {
    {
      const MutexLock lock(places_mutex_);
      if (!spare_places_.empty()) {
        std::unique_ptr<Places> places = std::move(spare_places_.back());
        spare_places_.pop_back();
        return places;
      }
    }
    auto places = std::make_unique<Places>();
    for (int i = 0; i < 3 * options_.threads; ++i) places->emplace_back(rules_);
    return places;
  }

  void return_places(std::unique_ptr<Places> places) {
    const MutexLock lock(places_mutex_);
    spare_places_.push_back(std::move(places));
  }

  tbb::task_arena arena_;
  Mutex places_mutex_{LockLabel{"spare places", 0}};
  std::vector<std::unique_ptr<Places>> spare_places_ GUARDED_BY(places_mutex_);
};

const bool registered =
    register_implementation<LogParser, TbbPipeline>("tbb_pipeline", contract, {.splits_streams = true});

}  // namespace
}  // namespace contend
