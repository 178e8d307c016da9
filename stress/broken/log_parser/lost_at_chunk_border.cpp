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

const bool registered = register_broken_parser<LostAtChunkBorder>(
    "lost_at_chunk_border", 46, "the open event of a chunk is dropped", "parallel equals sequential", "cuts");

}  // namespace
}  // namespace contend::log_parser
