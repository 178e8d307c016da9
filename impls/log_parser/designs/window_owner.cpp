#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <deque>
#include <thread>

#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/report_snapshot.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/memory_wait.hpp"
#include "impls/log_parser/streams/strand_parser.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::log_parser {
namespace {

// One thread owns windows and counts; those that parse send it what each piece adds.
constexpr Contract contract{
    .technique = "single_writer",
    .summary =
        "an actor for each stream; one owner adds up what they send, and publishes reports under a sequence lock",
    .shared_state = "the queues of the streams; messages to the owner; the latest report, in two copies",
    .protected_by = "one mutex guards the queues; counts belong to the owner; a lock-free queue carries the messages",
    .claim_point = "the push into the owner's queue: counted in that order; publishing makes it visible at once",
    .ordering =
        "the queue orders a message before its use; acquire and release on the report's words, see the snapshot",
    .progress =
        "a report never waits for a lock, and retries only if two publications pass it; workers wait for messages "
        "that are free",
    .shutdown = "owns threads; the destructor runs what is queued, then the owner adds what was sent and is joined",
    .complexity =
        "feed O(1), and a copy unless kept alive; report O(k + windows); the owner O(distinct keys log k) a round",
    .memory = "max_pending_bytes; 2 * max_event_bytes a stream; 4 messages a thread; one entry for each key and slide",
    .source = "single writer (Thompson, LMAX disruptor); sequence locks (Lameter, 2005)",
};

class OwnerCounts {
 public:
  explicit OwnerCounts(const LogParser::Options& options)
      : snapshot_(options.k, options.windows),
        tally_(options),
        messages_(4 * static_cast<std::size_t>(options.threads)),
        free_(messages_.size()),
        sent_(messages_.size() + 1),
        owner_([this] { serve(); }) {
    for (CountDelta& message : messages_) free_.bounded_push(&message);
  }

  ~OwnerCounts() {
    stopping_ = true;
    wake();
  }

  void add(std::size_t, CountDelta& delta) {
    CountDelta* message = nullptr;
    Backoff full;
    while (!free_.pop(message)) full.pause();
    std::swap(*message, delta);
    send(message);
  }

  void advance(std::int64_t slide) {
    CountDelta delta;
    delta.newest_slide = slide;
    add(0, delta);
    drain();
  }

  void drain() {
    const std::uint64_t sent = sent_count_;
    for (std::uint64_t published = published_; published < sent; published = published_) published_.wait(published);
  }

  Report report() { return snapshot_.read(); }

 private:
  static constexpr int spins_before_sleep = 200;

  // There is room for all messages.
  void send(CountDelta* message) {
    sent_.bounded_push(message);
    ++sent_count_;
    wake();
  }

  void wake() {
    ++rings_;
    rings_.notify_one();
  }

  void serve() {
    int idle = 0;
    while (true) {
      const std::uint32_t rings = rings_;
      if (add_sent()) {
        idle = 0;
      } else if (stopping_) {
        return;
      } else if (++idle < spins_before_sleep) {
        cpu_relax();
      } else {
        rings_.wait(rings);
      }
    }
  }

  bool add_sent() {
    const std::size_t added = sent_.consume_all([this](CountDelta* message) {
      until_there_is_memory([&] { tally_.add(*message); });
      message->clear();
      free_.bounded_push(message);
    });
    if (added == 0) return false;
    until_there_is_memory([this] { snapshot_.publish(tally_.report()); });
    published_ += added;
    published_.notify_all();
    return true;
  }

  using Messages = boost::lockfree::queue<CountDelta*, boost::lockfree::fixed_sized<true>>;

  ReportSnapshot snapshot_;
  Tally tally_;  // the owner's
  std::deque<CountDelta> messages_;
  Messages free_;
  Messages sent_;
  alignas(cache_line_bytes) std::atomic<std::uint64_t> sent_count_{0};
  alignas(cache_line_bytes) std::atomic<std::uint64_t> published_{0};  // messages
  alignas(cache_line_bytes) std::atomic<std::uint32_t> rings_{0};
  std::atomic<bool> stopping_{false};
  std::jthread owner_;  // last: starts when all else stands
};

const bool registered = register_implementation<LogParser, StrandParser<OwnerCounts>>(
    "window_owner", contract.within(queued_pieces), {.counts_on_return = false, .reports_never_wait = true});

}  // namespace
}  // namespace contend::log_parser
