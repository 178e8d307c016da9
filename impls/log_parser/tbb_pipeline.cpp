#include <tbb/info.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <deque>

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
    .memory = "2 * max_event_bytes a stream; what 3 chunks a thread hold; an entry for each distinct key and slide",
    .source = "oneTBB parallel_pipeline; MacDonald, Szafron, Schaeffer: Rethinking the pipeline (2004)",
};

class TbbPipeline final : public SplittingParser {
 public:
  explicit TbbPipeline(const Options& options)
      : SplittingParser(options), arena_(std::min(options_.threads, tbb::info::default_concurrency())) {}

 private:
  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    // A token more than are on their way never begins, and they end in order: chunk i can take the place of i - tokens.
    const std::size_t tokens = 3 * static_cast<std::size_t>(options_.threads);
    std::deque<ParsedChunk> places;
    for (std::size_t i = 0; i < std::min(tokens, chunks.chunks.size()); ++i) places.emplace_back(rules_);
    std::size_t next = 0;
    const auto give_out = tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order,
                                                              [&](tbb::flow_control& control) -> std::size_t {
                                                                if (next < chunks.chunks.size()) return next++;
                                                                control.stop();
                                                                return 0;
                                                              });
    const auto parse =
        tbb::make_filter<std::size_t, std::size_t>(tbb::filter_mode::parallel, [&](std::size_t index) -> std::size_t {
          const Chunks::Chunk& chunk = chunks.chunks[index];
          places[index % tokens].parse(rules_, chunk.lines, chunk.offset);
          return index;
        });
    const auto stitch = tbb::make_filter<std::size_t, void>(tbb::filter_mode::serial_in_order, [&](std::size_t index) {
      stream.stitch(places[index % tokens], now_ns, scratch);
    });
    // Isolated: a feeder that waits inside must not be given another feed's work, which may want a lock that it holds.
    arena_.execute(
        [&] { tbb::this_task_arena::isolate([&] { tbb::parallel_pipeline(tokens, give_out & parse & stitch); }); });
    return true;
  }

  tbb::task_arena arena_;
};

const bool registered =
    register_implementation<LogParser, TbbPipeline>("tbb_pipeline", contract, {.splits_streams = true});

}  // namespace
}  // namespace contend
