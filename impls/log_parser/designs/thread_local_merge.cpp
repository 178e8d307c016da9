#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/own_tallies.hpp"
#include "impls/log_parser/streams/strand_parser.hpp"

namespace contend::log_parser {
namespace {

// Each thread counts what it parses in a tally of its own; who wants a report adds them up.
constexpr Contract contract{
    .technique = "thread_local",
    .summary = "an actor for each stream on a pool of threads; each thread counts for itself, a report adds up",
    .shared_state = "the queues of the streams; a tally for each thread, shared with reports only",
    .protected_by = "one mutex guards the queues; each tally has a mutex that its thread takes once a piece",
    .claim_point = "taking a stream from the ready queue: its pieces belong to that thread until it puts it back",
    .ordering =
        "pieces of a stream in order, the queue's mutex between them; a report holds all tallies' locks at once",
    .progress = "blocking: feeders wait for room; a report stops each thread at its next piece while it copies",
    .memory = "max_pending_bytes; 2 * max_event_bytes a stream; an entry for each key and slide in each thread's tally",
    .source = "per-thread counters (oneTBB combinable, folly ThreadLocal); actors (Hewitt, 1973)",
};

const bool registered = register_implementation<LogParser, StrandParser<OwnTallies>>(
    "thread_local_merge", contract.within(own_tallies.within(queued_pieces)), {.counts_on_return = false});

}  // namespace
}  // namespace contend::log_parser
