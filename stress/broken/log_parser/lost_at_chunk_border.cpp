#include "impls/log_parser/splitting/splitting_parser.hpp"
#include "stress/broken/log_parser/broken_parser.hpp"

namespace contend::log_parser {
namespace {

// What a chunk leaves open is dropped instead of being handed to the next one.
class LostAtChunkBorder final : public SplittingParser {
 public:
  using SplittingParser::SplittingParser;

 private:
  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    for (const Chunks::Chunk& lines : chunks.chunks) {
      ParsedChunk chunk(rules_);
      chunk.parse(rules_, lines.lines, lines.offset);
      ParsedBatch dropped;
      chunk.rest.flush(dropped);
      stream.stitch(chunk, now_ns, scratch);
    }
    return true;
  }
};

const bool registered = register_broken<LogParser, LostAtChunkBorder>({.name = "lost_at_chunk_border",
                                                                       .number = 46,
                                                                       .bug = "the open event of a chunk is dropped",
                                                                       .rule = "parallel equals sequential",
                                                                       .caught_by = "cuts"});

}  // namespace
}  // namespace contend::log_parser
