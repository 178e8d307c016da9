#include <atomic>
#include <thread>

#include "impls/log_parser/splitting/splitting_parser.hpp"
#include "stress/broken/log_parser/broken_parser.hpp"
#include "stress/round/threads.hpp"

namespace contend::log_parser {
namespace {

// Whoever has parsed a chunk stitches it at once, under a lock, but in no order.
class MergeOrderByArrival final : public SplittingParser {
 public:
  using SplittingParser::SplittingParser;

 private:
  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    std::atomic<std::size_t> next{0};
    Mutex mutex;
    run_threads(2, [&](int) {
      for (std::size_t i = next++; i < chunks.chunks.size(); i = next++) {
        ParsedChunk chunk(rules_);
        chunk.parse(rules_, chunks.chunks[i].lines, chunks.chunks[i].offset);
        const MutexLock lock(mutex);
        stream.stitch(chunk, now_ns, scratch);
      }
    });
    return true;
  }
};

const bool registered = register_broken<LogParser, MergeOrderByArrival>({.name = "merge_order_by_arrival",
                                                                         .number = 47,
                                                                         .bug = "chunks are merged as they finish",
                                                                         .rule = "parallel equals sequential",
                                                                         .caught_by = "cuts"});

}  // namespace
}  // namespace contend::log_parser
