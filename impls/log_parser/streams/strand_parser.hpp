#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/kept_events.hpp"
#include "impls/log_parser/streams/strand_pool.hpp"
#include "impls/log_parser/streams/stream_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// What designs share that queue each stream's pieces for a pool of threads of their own. They differ in how the counts
// of the threads come together, which is what `Counts` is:
//   Counts(options)
//   void add(std::size_t worker, CountDelta& delta)  by a worker; may take the delta's contents; bad_alloc adds nothing
//   void advance(std::int64_t slide)                 by anybody, as all that follow
//   void drain()                                     waits until what was added before is counted
//   Report report()
template <class Counts>
class StrandParser : public LogParser {
 public:
  explicit StrandParser(const Options& options)
      : options_((validate(options), options)),
        rules_(options_),
        counts_(options_),
        scratch_(static_cast<std::size_t>(options_.threads)),
        streams_(options_.max_streams),
        pool_(options_.threads, options_.max_pending_bytes) {}

  FeedStatus feed(std::string_view name, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void> keep_alive) override {
    FeedStatus status = FeedStatus::accepted;
    Stream* stream = streams_.find(name, status);
    if (stream == nullptr && status != FeedStatus::accepted) return status;
    Pieces piece;  // before there is a stream: if there is no memory for it, none has been made
    piece.push_back(make_piece(bytes, now_ns, std::move(keep_alive)));
    if (stream == nullptr) {
      stream = streams_.find_or_add(name, status, [&] { return std::make_unique<Stream>(*this, name); });
    }
    if (stream == nullptr) return status;
    return pool_.queue(*stream, piece) ? FeedStatus::accepted : FeedStatus::finished;
  }

  void flush_idle(TimeNs now_ns) override {
    const std::vector<Stream*> streams = all_streams();
    Pieces pieces(streams.size(), {Piece::Kind::flush_idle, {}, now_ns, nullptr});
    for (Stream* stream : streams) {
      if (!pool_.queue(*stream, pieces)) pieces.pop_front();
    }
    drain(streams);
  }

  void advance_windows(TimeNs event_time_ns) override {
    counts_.advance(slide_number(event_time_ns, options_.slide_ns));
  }

  void drain() override { drain(all_streams()); }

  void finish() override {
    streams_.close();
    streams_.for_each([this](Stream& stream) { pool_.close(stream); });
    streams_.for_each([this](Stream& stream) { pool_.drain(stream); });
    counts_.drain();
  }

  std::vector<Event> take_events() override {
    KeptEvents<Stream> kept(streams_.size());
    streams_.for_each([&](Stream& stream) { kept.take_from(stream); });
    return kept.all();
  }

  Report report() override { return counts_.report(); }

  std::vector<std::uint64_t> work_of_threads() override { return pool_.bytes_by_thread(); }

 private:
  class Stream final : public Strand {
   public:
    Stream(StrandParser& owner, std::string_view name) : owner_(owner), parser_(owner.options_, owner.rules_, name) {}

    void run(const Piece& piece, std::size_t worker) override {
      Scratch& scratch = owner_.scratch_[worker].value;
      const MutexLock lock(mutex_);
      run_piece(piece, parser_, scratch, [&](CountDelta& delta) {
        if (!delta.empty()) owner_.counts_.add(worker, delta);
      });
    }

    Timeline::Kept take_kept() {
      const MutexLock lock(mutex_);
      return parser_.take_kept();
    }
    void put_back(Timeline::Kept& kept) {
      const MutexLock lock(mutex_);
      parser_.put_back(kept);
    }

   private:
    StrandParser& owner_;
    Mutex mutex_{LockLabel{"stream", 0}};
    StreamParser parser_ GUARDED_BY(mutex_);
  };

  std::vector<Stream*> all_streams() {
    std::vector<Stream*> all;
    streams_.for_each([&](Stream& stream) { all.push_back(&stream); });
    return all;
  }
  void drain(const std::vector<Stream*>& streams) {
    for (const Stream* stream : streams) pool_.drain(*stream);
    counts_.drain();
  }

  const Options options_;
  const ParseRules rules_;
  Counts counts_;
  std::vector<Padded<Scratch>> scratch_;  // of each worker
  StreamTable<Stream> streams_;
  StrandPool pool_;  // last: its threads use all of the above
};

}  // namespace contend::log_parser
