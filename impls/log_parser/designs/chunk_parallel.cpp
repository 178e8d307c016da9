#include "impls/base/registry.hpp"
#include "impls/log_parser/splitting/chunk_team.hpp"
#include "impls/log_parser/splitting/splitting_parser.hpp"

namespace contend::log_parser {
namespace {

// A long feed is cut into chunks of whole lines; the caller and the parser's own threads take them one by one.
constexpr Contract contract{
    .technique = "fork_join",
    .summary = "chunks of a feed are taken by fetch_add, parsed without knowing what came before, stitched in order",
    .shared_state = "the ticket of the job, a ring of parsed chunks; the streams; the counts",
    .protected_by =
        "who has taken a chunk owns its place in the ring until the caller has stitched it; a mutex each for "
        "the team, a stream and the counts",
    .claim_point = "fetch_add on the ticket, which holds the number of chunks too: one thread gets each chunk",
    .ordering =
        "seq_cst: the job is written before the ticket, a chunk before its place says parsed, and stitched_ "
        "after it was read",
    .progress =
        "blocking: a thread that stalls in a chunk stalls its feed; a feed that finds the team taken parses alone",
    .shutdown = "owns threads - 1 threads, idle between feeds, joined by the destructor; no call may run then",
    .memory = "2 * max_event_bytes a stream; what 4 chunks a thread hold; an entry for each distinct key and slide",
    .source = "parallel grep and simdjson's parse_many: speculate on the start state, fix it up in order",
};

class ChunkParallel final : public SplittingParser {
 public:
  explicit ChunkParallel(const Options& options) : SplittingParser(options), team_(rules_, options_.threads) {}

  std::vector<std::uint64_t> work_of_threads() override { return team_.bytes_by_thread(); }

 private:
  bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) override {
    if (!team_mutex_.try_lock()) return false;
    const MutexLock lock(team_mutex_, std::adopt_lock);
    team_.run(chunks, [&](ParsedChunk& chunk) { stream.stitch(chunk, now_ns, scratch); });
    return true;
  }

  Mutex team_mutex_{LockLabel{"chunk team", 0}};
  ChunkTeam team_;  // run() under team_mutex_
};

const bool registered = register_implementation<LogParser, ChunkParallel>(
    "chunk_parallel", contract.within(splits_feeds), {.splits_streams = true});

}  // namespace
}  // namespace contend::log_parser
