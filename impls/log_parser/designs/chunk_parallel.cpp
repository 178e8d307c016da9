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
    .failure = "bad_alloc in an own thread ends the process; in the caller the job must end first, so it does too",
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
    run_team(chunks, stream, now_ns, scratch);
    team_mutex_.unlock();
    return true;
  }

  // An exception while chunks are out would leave threads at work on bytes that go away.
  void run_team(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) noexcept
      REQUIRES(team_mutex_) {
    team_.run(chunks, [&](ParsedChunk& chunk) { stream.stitch(chunk, now_ns, scratch); });
  }

  Mutex team_mutex_{LockLabel{"chunk team", 0}};
  ChunkTeam team_;  // run() under team_mutex_
};

const bool registered = register_implementation<LogParser, ChunkParallel>(
    "chunk_parallel", contract.within(splits_feeds), {.splits_streams = true});

}  // namespace
}  // namespace contend::log_parser
