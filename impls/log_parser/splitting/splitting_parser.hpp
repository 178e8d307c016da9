#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "impls/base/contract.hpp"
#include "impls/log_parser/counting/tally.hpp"
#include "impls/log_parser/streams/stream_parser.hpp"
#include "impls/log_parser/streams/stream_table.hpp"
#include "impls/sync/mutex.hpp"

namespace contend::log_parser {

// A stretch of whole lines cut into chunks of whole lines.
struct Chunks {
  struct Chunk {
    std::string_view lines;
    std::uint64_t offset;  // in the stream
  };
  std::vector<Chunk> chunks;
  std::string_view rest;  // what follows the last LF

  // Chunks are chunk_bytes long, and on to the end of a line. O(chunks + the lines that are cut).
  Chunks(std::string_view bytes, std::uint64_t offset, std::size_t chunk_bytes);
};

// What holds for every design that has several threads parse one feed.
inline constexpr Contract splits_feeds{
    .failure =
        "bad_alloc from any call leaves everything as it was, also where another thread met it; flush_idle and "
        "finish try again until there is memory",
    .complexity = "feed O(bytes) over the threads, and O(events) in order; report O(distinct keys log k)",
};

// What designs share that have a caller's bytes parsed in chunks by several threads before feed returns: the caller
// holds its stream's lock meanwhile, and what the chunks have found is put together in their order. They differ in who
// parses which chunk. Nothing is copied but the part of a line at the end.
class SplittingParser : public LogParser {
 public:
  explicit SplittingParser(const Options& options);

  FeedStatus feed(std::string_view stream, std::string_view bytes, TimeNs now_ns,
                  std::shared_ptr<const void> keep_alive) override;
  void flush_idle(TimeNs now_ns) override;
  void advance_windows(TimeNs event_time_ns) override;
  void drain() override {}
  void finish() override;
  std::vector<Event> take_events() override;
  Report report() override;

 protected:
  // Has all chunks parsed and stitched to `stream` in their order. False: others are at it, the caller is on its own. If it
  // throws, nobody is at the chunks any more.
  virtual bool parse_chunks(const Chunks& chunks, StreamParser& stream, TimeNs now_ns, Scratch& scratch) = 0;

  const Options options_;
  const ParseRules rules_;

 private:
  struct Stream {
    Stream(const Options& options, const ParseRules& rules, std::string_view name) : parser(options, rules, name) {}
    Mutex mutex{LockLabel{"stream", 0}};
    Timeline::Kept take_kept() {
      const MutexLock lock(mutex);
      return parser.take_kept();
    }
    void put_back(Timeline::Kept& kept) {
      const MutexLock lock(mutex);
      parser.put_back(kept);
    }
    StreamParser parser GUARDED_BY(mutex);
    bool finished GUARDED_BY(mutex) = false;
  };

  FeedStatus feed(Stream& stream, std::string_view bytes, TimeNs now_ns);
  template <class Change>
  void change(StreamParser& parser, Change make_change);
  template <class Change>
  void change_surely(StreamParser& parser, Change make_change);

  void parse_split(StreamParser& parser, std::string_view bytes, TimeNs now_ns, Scratch& scratch);
  void publish(const CountDelta& delta);

  StreamTable<Stream> streams_;
  Mutex counts_mutex_{LockLabel{"counts", 0}};
  Tally tally_ GUARDED_BY(counts_mutex_);
};

}  // namespace contend::log_parser
