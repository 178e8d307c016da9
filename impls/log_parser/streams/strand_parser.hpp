#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/strand_pool.hpp"
#include "impls/log_parser/streams/stream_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// What designs share that queue each stream's pieces for a pool of threads of their own. They differ in how the counts
// of the threads come together, which is what `Counts` is:
//   Counts(options)
//   void add(std::size_t worker, CountDelta& delta)  by a worker; may take the delta's contents
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
    Stream* const stream = streams_.find(name, status, [&] { return std::make_unique<Stream>(*this, name); });
    if (stream == nullptr) return status;
    const bool queued = pool_.queue(*stream, make_piece(bytes, now_ns, std::move(keep_alive)));
    return queued ? FeedStatus::accepted : FeedStatus::finished;
  }

  void flush_idle(TimeNs now_ns) override {
    for (Strand* strand : all_streams()) pool_.queue(*strand, {Piece::Kind::flush_idle, {}, now_ns, nullptr});
    drain();
  }

  void advance_windows(TimeNs event_time_ns) override {
    counts_.advance(slide_number(event_time_ns, options_.slide_ns));
  }

  void drain() override {
    pool_.drain(all_streams());
    counts_.drain();
  }

  void finish() override {
    streams_.close();
    for (Strand* strand : all_streams()) pool_.close(*strand, {Piece::Kind::finish, {}, 0, nullptr});
    drain();
  }

  std::vector<Event> take_events() override {
    std::vector<Event> events;
    streams_.for_each([&](Stream& stream) { stream.take_kept(events); });
    return events;
  }

  Report report() override { return counts_.report(); }

  std::vector<std::uint64_t> work_of_threads() override { return pool_.bytes_by_thread(); }

 private:
  class Stream final : public Strand {
   public:
    Stream(StrandParser& owner, std::string_view name) : owner_(owner), parser_(owner.options_, owner.rules_, name) {}

    void run(const Piece& piece, std::size_t worker) override {
      Scratch& scratch = owner_.scratch_[worker].value;
      {
        const MutexLock lock(mutex_);
        run_piece(piece, parser_, scratch);
      }
      if (!scratch.delta.empty()) owner_.counts_.add(worker, scratch.delta);
    }

    void take_kept(std::vector<Event>& events) {
      const MutexLock lock(mutex_);
      parser_.take_kept(events);
    }

   private:
    StrandParser& owner_;
    Mutex mutex_{LockLabel{"stream", 0}};
    StreamParser parser_ GUARDED_BY(mutex_);
  };

  std::vector<Strand*> all_streams() {
    std::vector<Strand*> all;
    streams_.for_each([&](Stream& stream) { all.push_back(&stream); });
    return all;
  }

  const Options options_;
  const ParseRules rules_;
  Counts counts_;
  std::vector<Padded<Scratch>> scratch_;  // of each worker
  StreamTable<Stream> streams_;
  StrandPool pool_;  // last: its threads use all of the above
};

}  // namespace contend::log_parser
