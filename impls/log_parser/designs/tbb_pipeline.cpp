#include <tbb/info.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "impls/base/registry.hpp"
#include "impls/log_parser/splitting/splitting_parser.hpp"
#include "impls/sync/tsan_order.hpp"

namespace contend::log_parser {
namespace {

constexpr Contract contract{
    .technique = "tbb",
    .summary = "a TBB pipeline for each long feed: chunks in order, parsed side by side, stitched in order",
    .shared_state = "chunks on their way through the pipeline; the streams; the counts",
    .protected_by =
        "TBB hands each chunk from filter to filter; a stream's mutex is held by its feeder, one guards counts",
    .claim_point = "the serial first filter gives out a chunk; the serial last filter takes it in the same order",
    .ordering =
        "TBB orders the filters of a chunk, and a serial filter's calls; a report sees feeds that have returned",
    .progress =
        "blocking: a stalled filter stops its feed at the limit of tokens; a feed that finds the arena taken parses "
        "alone",
    .shutdown =
        "the threads are TBB's, at most as many as there are cores; the caller stops its users before destruction",
    .failure =
        "an exception in a filter cancels the pipeline and reaches the feeder, whose stream is then as it was; "
        "flush_idle and finish try again until there is memory",
    .not_survived =
        "oneTBB does not survive it while it makes an arena or a thread, and in a pipeline, which may then hang (seen "
        "in 2 of 50 runs with 2021.8)",
    .memory =
        "2 * max_event_bytes a stream; what 3 chunks a thread hold; an entry for each distinct "
        "key and slide",
    .source = "oneTBB parallel_pipeline; MacDonald, Szafron, Schaeffer: Rethinking the pipeline (2004)",
};

class TbbPipeline final : public SplittingParser {
 public:
  explicit TbbPipeline(const Options& options)
      : SplittingParser(options), arena_(std::min(options_.threads, tbb::info::default_concurrency())) {
    for (int i = 0; i < 3 * options_.threads; ++i) places_.emplace_back(rules_);
  }

 private:
  // One feed at a time: a second caller would have its pipeline run by a thread of the arena, and wait for that.
  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    if (!arena_mutex_.try_lock()) return false;
    const std::unique_lock lock(arena_mutex_, std::adopt_lock);
    arena_.execute([&] { run_pipeline(chunks, stream, now_ns, scratch); });
    return true;
  }

  void run_pipeline(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) {
    // A token more than there are places never begins, and they end in order: a chunk can take the place of the one
    // that came so many earlier.
    const auto place_of = [this](std::size_t index) -> ParsedChunk& { return places_[index % places_.size()]; };
    std::size_t next = 0;
    const auto give_out = [&](tbb::flow_control& control) -> std::size_t {
      const OrderedByLibrary serial(&next);
      if (next < chunks.chunks.size()) {
        handed_to_library(&place_of(next));
        return next++;
      }
      control.stop();
      return 0;
    };
    const auto parse = [&](std::size_t index) {
      const OrderedByLibrary token(&place_of(index));
      place_of(index).parse(rules_, chunks.chunks[index].lines, chunks.chunks[index].offset);
      return index;
    };
    const auto stitch = [&](std::size_t index) {
      const OrderedByLibrary serial(&stream);
      const OrderedByLibrary token(&place_of(index));
      stream.stitch(place_of(index), now_ns, scratch);
    };
    tbb::parallel_pipeline(places_.size(),
                           tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order, give_out) &
                               tbb::make_filter<std::size_t, std::size_t>(tbb::filter_mode::parallel, parse) &
                               tbb::make_filter<std::size_t, void>(tbb::filter_mode::serial_in_order, stitch));
    taken_through_library(&next);
    taken_through_library(&stream);
  }

  std::mutex arena_mutex_;  // not annotated: TBB's threads use places_ for whoever holds it
  tbb::task_arena arena_;
  std::deque<ParsedChunk> places_;  // one for each token
};

const bool registered = register_implementation<LogParser, TbbPipeline>("tbb_pipeline", contract.within(splits_feeds),
                                                                        {.splits_streams = true});

}  // namespace
}  // namespace contend::log_parser
