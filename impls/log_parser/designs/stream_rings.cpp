#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <deque>
#include <thread>

#include "impls/base/hashing.hpp"
#include "impls/base/registry.hpp"
#include "impls/log_parser/counting/own_tallies.hpp"
#include "impls/log_parser/splitting/piece.hpp"
#include "impls/log_parser/streams/kept_events.hpp"
#include "impls/log_parser/streams/memory_wait.hpp"
#include "impls/log_parser/streams/stream_table.hpp"
#include "impls/sync/backoff.hpp"

namespace contend::log_parser {
namespace {

// Each stream belongs to one thread for good, by its hash; a ring with one reader leads to each thread.
constexpr Contract contract{
    .technique = "spsc_rings",
    .summary = "a single-producer ring for each thread, streams dealt by hash; each thread counts for itself",
    .shared_state = "the rings; a tally for each thread, shared with reports only",
    .protected_by = "a ring's one reader is its thread, its one writer whoever holds its mutex; a mutex each tally",
    .claim_point = "the push under the ring's mutex: a stream's pieces are parsed in that order",
    .ordering = "the ring orders a piece before its use; a report holds all tallies' locks at once",
    .progress =
        "blocking: a full ring makes feeders of its streams wait, nothing is dropped; a thread that stalls stalls "
        "its streams, also while others idle",
    .memory =
        "max_pending_bytes, 256 pieces a thread; 2 * max_event_bytes a stream; an entry for each key and slide in "
        "each thread's tally",
    .source = "Boost.Lockfree spsc_queue; Fluent Bit's threads; LMAX disruptor",
};

class StreamRings final : public LogParser {
 public:
  explicit StreamRings(const Options& options)
      : options_((validate(options), options)), rules_(options_), tallies_(options_), streams_(options_.max_streams) {
    for (int i = 0; i < options_.threads; ++i) lanes_.emplace_back(*this, static_cast<std::size_t>(i));
  }

  FeedStatus feed(std::string_view name, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void> keep_alive) override {
    FeedStatus status = FeedStatus::accepted;
    Stream* stream = streams_.find(name, status);
    if (stream == nullptr && status != FeedStatus::accepted) return status;
    Piece piece = make_piece(bytes, now_ns, std::move(keep_alive));  // first: if there is no memory, no stream is made
    if (stream == nullptr) {
      stream = streams_.find_or_add(name, status, [&] {
        return std::make_unique<Stream>(lanes_[hash_bytes(name) % lanes_.size()], options_, rules_, name);
      });
    }
    if (stream == nullptr) return status;
    const bool pushed = stream->lane.push({stream, std::move(piece)});
    return pushed ? FeedStatus::accepted : FeedStatus::finished;
  }

  void flush_idle(TimeNs now_ns) override {
    streams_.for_each(
        [&](Stream& stream) { stream.lane.push({&stream, {Piece::Kind::flush_idle, {}, now_ns, nullptr}}); });
    drain();
  }

  void advance_windows(TimeNs event_time_ns) override {
    tallies_.advance(slide_number(event_time_ns, options_.slide_ns));
  }

  void drain() override {
    for (Lane& lane : lanes_) lane.drain();
  }

  void finish() override {
    streams_.close();
    streams_.for_each([&](Stream& stream) { stream.lane.push({&stream, {Piece::Kind::finish, {}, 0, nullptr}}); });
    drain();
  }

  std::vector<Event> take_events() override {
    KeptEvents<Stream> kept(streams_.size());
    streams_.for_each([&](Stream& stream) { kept.take_from(stream); });
    return kept.all();
  }

  Report report() override { return tallies_.report(); }

  std::vector<std::uint64_t> work_of_threads() override {
    std::vector<std::uint64_t> all;
    for (Lane& lane : lanes_) all.push_back(lane.bytes_done());
    return all;
  }

 private:
  class Lane;
  struct Stream {
    Stream(Lane& its_lane, const Options& options, const ParseRules& rules, std::string_view name)
        : lane(its_lane), parser(options, rules, name) {}
    Timeline::Kept take_kept() {
      const MutexLock lock(mutex);
      return parser.take_kept();
    }
    void put_back(Timeline::Kept& kept) {
      const MutexLock lock(mutex);
      parser.put_back(kept);
    }
    Lane& lane;
    bool closed = false;  // under the lane's producer mutex
    Mutex mutex{LockLabel{"stream", 0}};
    StreamParser parser GUARDED_BY(mutex);
  };
  struct Message {
    Stream* stream = nullptr;
    Piece piece;
  };

  // A ring and the thread at its end.
  class Lane {
   public:
    Lane(StreamRings& owner, std::size_t number)
        : owner_(owner),
          number_(number),
          max_bytes_(std::max<std::size_t>(
              1, owner.options_.max_pending_bytes / static_cast<std::size_t>(owner.options_.threads))),
          thread_([this] { serve(); }) {}

    ~Lane() {
      stopping_ = true;
      ++pushed_;
      pushed_.notify_one();
    }

    // Waits for room. False if the stream is closed. A finish closes it, and is pushed once.
    bool push(Message message) {
      const MutexLock lock(producer_);
      const std::size_t bytes = message.piece.bytes.size();
      while (true) {
        const std::uint64_t done = done_;
        if (message.stream->closed) return false;
        const std::size_t waiting = pending_bytes_;
        const bool fits = waiting == 0 || waiting + bytes <= max_bytes_;
        if (fits && ring_.write_available() > 0) break;
        done_.wait(done);
      }
      message.stream->closed = message.piece.kind == Piece::Kind::finish;
      pending_bytes_ += bytes;
      ring_.push(message);
      ++pushed_;
      pushed_.notify_one();
      return true;
    }

    void drain() {
      const std::uint64_t pushed = pushed_;
      for (std::uint64_t done = done_; done < pushed; done = done_) done_.wait(done);
    }

    std::uint64_t bytes_done() const { return bytes_done_; }

   private:
    static constexpr int spins_before_sleep = 200;

    void serve() {
      int idle = 0;
      while (true) {
        const std::uint64_t pushed = pushed_;
        // Boost hands the message out as an lvalue before 1.90 or so, as an rvalue after.
        if (ring_.consume_one([this](auto&& message) { run(message); })) {
          idle = 0;
        } else if (stopping_) {
          return;
        } else if (++idle < spins_before_sleep) {
          cpu_relax();
        } else {
          pushed_.wait(pushed);
        }
      }
    }

    void run(Message& message) {
      until_there_is_memory([&] {
        const MutexLock lock(message.stream->mutex);
        run_piece(message.piece, message.stream->parser, scratch_, [&](CountDelta& delta) {
          if (!delta.empty()) owner_.tallies_.add(number_, delta);
        });
      });
      const std::size_t bytes = message.piece.bytes.size();
      message.piece.keep_alive.reset();
      bytes_done_ += bytes;
      pending_bytes_ -= bytes;
      ++done_;
      done_.notify_all();
    }

    StreamRings& owner_;
    const std::size_t number_;
    const std::size_t max_bytes_;
    Scratch scratch_;  // the thread's
    Mutex producer_{LockLabel{"ring", 0}};
    boost::lockfree::spsc_queue<Message, boost::lockfree::capacity<256>> ring_;
    alignas(cache_line_bytes) std::atomic<std::uint64_t> pushed_{0};
    alignas(cache_line_bytes) std::atomic<std::uint64_t> done_{0};
    std::atomic<std::size_t> pending_bytes_{0};
    std::atomic<std::uint64_t> bytes_done_{0};
    std::atomic<bool> stopping_{false};
    std::jthread thread_;  // last: starts when all else stands
  };

  const Options options_;
  const ParseRules rules_;
  OwnTallies tallies_;
  StreamTable<Stream> streams_;
  std::deque<Lane> lanes_;  // last: their threads use all of the above
};

const bool registered = register_implementation<LogParser, StreamRings>(
    "stream_rings", contract.within(own_tallies.within(queued_pieces)), {.counts_on_return = false});

}  // namespace
}  // namespace contend::log_parser
